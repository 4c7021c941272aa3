"""The login decision. Every door comes through `decide`, and nothing else decides."""

from secondgate.ledger.ledger import Ledger
from secondgate.login.attempt import Attempt
from secondgate.login.close import close
from secondgate.login.login import open_login
from secondgate.login.outcome import Accept, Ended, Outcome
from secondgate.login.password import check_password
from secondgate.login.policy import choose_policy, granted_to
from secondgate.login.same_work import do_the_same_work
from secondgate.login.second_factor import check_second_factor
from secondgate.login.typed import Typed, check_usable, read_typed
from secondgate.login.user import find_user, keep_further_name


async def decide(attempt: Attempt, ledger: Ledger) -> Outcome:
    """Decide one login, and return only when the decision is durable.

    Raises LedgerError when it cannot be made durable: then nobody gets in. Raises SnapshotChanged
    when the configuration is newer than the one that the door looked at.
    """
    login = await open_login(attempt, ledger)  # who this may be, the snapshot, what is pending
    with login:
        typed: Typed | None = None
        outcome: Outcome
        try:
            check_usable(login)
            user = await find_user(login)
            rule = choose_policy(login, user)
            typed = read_typed(login, rule)
            await check_password(login, user, rule, typed)
            proof = await check_second_factor(login, user, rule, typed)
            outcome = Accept(user, proof, await granted_to(login, user, rule))
        except Ended as end:  # a step either lets the login go on, or raises how it ends
            outcome = end.outcome
        # One transaction spends the proof and writes the event. If another login spent it first, this
        # turns into Refuse(CODE_USED).
        outcome = await close(login, typed, outcome)
    await keep_further_name(login, outcome)
    await do_the_same_work(login, typed, outcome)  # so that a refusal's time tells nothing
    return outcome
