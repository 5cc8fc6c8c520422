"""Sends money with the Python client that openapi-generator makes of docs/openapi.yaml."""

import os
import time
import uuid

import daybook_client
from daybook_client import Deposit, NewAccount, NewLedger, Withdrawal

configuration = daybook_client.Configuration(host=os.environ["DAYBOOK_URL"], access_token=os.environ["DAYBOOK_TOKEN"])
with daybook_client.ApiClient(configuration) as client:
    books = daybook_client.BooksApi(client)
    operations = daybook_client.OperationsApi(client)
    ledger = f"python-{uuid.uuid4()}"
    books.open_ledger(NewLedger(ledger_id=ledger, name="from Python"))
    books.open_account(ledger, NewAccount(account_id="alice", currency="EUR", type="liability", minimum_balance="0.00"))

    # The key is the caller's: whoever gets no answer sends the same again, and nothing is done twice.
    deposit = Deposit(account_id="alice", amount="100.00", currency="EUR")
    accepted = operations.deposit(ledger, "deposit-1", deposit, prefer="respond-async")
    again = operations.deposit(ledger, "deposit-1", deposit, prefer="respond-async")
    assert again.operation_id == accepted.operation_id

    operation = operations.get_operation(accepted.operation_id)
    deadline = time.monotonic() + 60
    while not operation.done:
        assert time.monotonic() < deadline, operation
        time.sleep(0.05)
        operation = operations.get_operation(accepted.operation_id)
    assert operation.status == "succeeded", operation
    print("deposit", operation.operation_id, operation.status)

    try:
        operations.withdraw(ledger, "withdrawal-1", Withdrawal(account_id="alice", amount="100.01", currency="EUR"))
        raise AssertionError("more was taken than there is")
    except daybook_client.ApiException as refused:
        assert refused.data.code == "insufficient_funds", refused
        print("withdrawal", refused.status, refused.data.code)

    page = books.list_accounts(ledger)
    balances = {account.account_id: account.balance for account in page.items}
    assert balances["alice"] == "100.00", balances
    print("balances", balances)
