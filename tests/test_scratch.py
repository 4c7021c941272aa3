import asyncio, pytest, uvloop, time, os
from secondgate.directories.ldap import *
from secondgate.directories.directory import probe
@pytest.fixture(params=["asyncio","uvloop"])
def event_loop_policy(request):
    return asyncio.DefaultEventLoopPolicy() if request.param=="asyncio" else uvloop.EventLoopPolicy()
def mk(s, url, **k):
    return Ldap().open("x", LdapSettings(servers=[url] if isinstance(url,str) else url, ca_file=s.ca_pem, bind_dn=s.bind_dn, bind_password=s.bind_password, base_dn=s.base_dn, **k))
async def test_a(slapd):
    n0=len(os.listdir("/proc/self/fd"))
    for url in (slapd.ldaps, slapd.ldap):
        d=mk(slapd,url)
        async for f in probe(d.probe()): print(f)
        for u,p in [("alice","Al1ce-Passw0rd"),("alice","x"),("0042","Number-Passw0rd"),("o'br*en(\\)","Odd-Passw0rd"),("jürgen山","Pässwörd-密码"),("locked","L0cked-Passw0rd"),("reset","Re5et-Passw0rd"),("expired","Exp1red-Passw0rd"),("no","x"),("*","x")]:
            print(u, await d.check_password(Account(u),p))
        t=time.time()
        r=await asyncio.gather(*(d.check_password(Account("alice"),"Al1ce-Passw0rd") for _ in range(100)))
        print(time.time()-t, set(x.verdict for x in r))
        await d.close()
    await asyncio.sleep(0.1)
    print("fds", n0, len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks()))
