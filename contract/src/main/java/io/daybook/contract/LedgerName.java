package io.daybook.contract;

/** Which ledger it is, among those of all tenants. */
public record LedgerName(String tenant, String ledgerId) {

    /** As the message groups of the queue are called. */
    @Override
    public String toString() {
        return QueueMessage.group(tenant, ledgerId);
    }
}
