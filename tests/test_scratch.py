import asyncio, pytest, time
from secondgate.directories.ldap import *
from bonsai.ldapconnection import BaseLDAPConnection
import bonsai._bonsai as cb
from tests.directories.servers import *
def mk(s, url, **k):
    return Ldap().open("x", LdapSettings(servers=[url] if isinstance(url,str) else url, ca_file=s.ca_pem, bind_dn=s.bind_dn, bind_password=s.bind_password, base_dn=s.base_dn, **k))
async def test_drib(slapd, monkeypatch):
    calls=[]
    def gr(self, *a): 
        calls.append(a); return cb.ldapconnection.get_result(self,*a)
    monkeypatch.setattr(BaseLDAPConnection,"get_result",gr,raising=False)
    async with serving(relaying(slapd.ldap)) as s:
        d=mk(slapd,str(s),starttls=False)
        print(await d.find("alice")); print(len(calls)); calls.clear()
        print(await d.find("alice")); print(len(calls)); calls.clear()
    for n in (1,2,3,10,40,60,100,300,400,450):
        async with serving(relaying(slapd.ldap,at_most=n)) as s:
            calls.clear(); t=time.process_time()
            d=mk(slapd,str(s),starttls=False,timeout=0.5)
            try: print(n,await d.find("alice"))
            except DirectoryError as e: print(n,e)
            print(len(calls), time.process_time()-t)
