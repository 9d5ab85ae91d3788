// The databases beside the journal.

import History
import Settings

/// History and accounts, opened.
struct Stores: Sendable {
    let history: History
    let accounts: Accounts

    /// - Throws: ``GatewayError`` naming the file and what to do.
    init(paths: StatePaths) throws(GatewayError) {
        do throws(HistoryError) {
            history = try History(path: paths.historyDatabase)
            accounts = try Accounts(path: paths.accountsDatabase)
        } catch {
            throw GatewayError(error.reason == .permission ? .noPermission : .cannotCreate, "\(error)")
        }
    }
}
