import asyncio, pytest, gc, os, sys
from pathlib import Path
from secondgate.directories import ldap_session as ls
from tests.directories.test_ldap_faults import *
from tests.directories.test_ldap_faults import _sockets
pytestmark=[]
@pytest.mark.parametrize("n",[0,60,1,9])
async def test_leak(open_, slapd, n):
    before=_sockets()
    async with serving(relaying(slapd.ldap, at_most=n) if n else say_nothing) as server:
        d=open_(server, starttls=False, timeout=0.5)
        await asyncio.gather(*[d.check_password(ALICE, ALICE_PASSWORD) for _ in range(10)], return_exceptions=True)
    for i in range(50): await asyncio.sleep(0)
    print("n",n,before,_sockets(), len(asyncio.all_tasks()))
    cs=[o for o in gc.get_objects() if isinstance(o, ls._Connection)]
    print(len(cs), [ (c._watched,c.closed) for c in cs], [len(gc.get_referrers(c)) for c in cs])
    if cs: print([type(r) for r in gc.get_referrers(cs[0])], sys.getrefcount(cs[0]))
    cs=None
    for p in Path("/proc/self/fd").iterdir():
        try: t=os.readlink(p)
        except OSError: continue
        if "socket" in t:
            import subprocess
            ino=t[8:-1]
            print(p.name,t,[l for f in ("/proc/net/tcp","/proc/net/unix") for l in open(f) if ino in l])
    gc.collect(); print("after gc", _sockets())
