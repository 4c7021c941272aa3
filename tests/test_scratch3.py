import asyncio, pytest, time
from secondgate.directories.ldap import *
from secondgate.directories import ldap_session as ls
from tests.test_scratch import mk
async def test_find(slapd, monkeypatch):
    d=mk(slapd,slapd.ldap,starttls=False); await d.find("alice")
    C=ls._Connection
    look,take=C._look,C._take
    from bonsai.ldapconnection import BaseLDAPConnection
    def l(self): print("look",list(self._waiting),self.fileno(), ls._is_readable(self.fileno())); look(self); print("after",list(self._waiting),self._watched)
    def t(self,m): 
        take(self,m); print("  take",m, m in self._waiting, ls._is_readable(self.fileno()))
    monkeypatch.setattr(C,"_look",l); monkeypatch.setattr(C,"_take",t)
    t=time.time(); r=await asyncio.gather(*(d.find("alice") for _ in range(2)),return_exceptions=True); print("find",time.time()-t,r)
