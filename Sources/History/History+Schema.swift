// The tables of history.sqlite. A migration that shipped is never edited; a change is a new one behind it.

internal import AlertModel
internal import GRDB

extension History {
    /// Every step from an empty file to today's tables. Times are nanoseconds since 1970 by the gateway's clock
    /// unless named otherwise; closed lists stand as their permanent numbers.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("history-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE alert (
                        id INTEGER PRIMARY KEY,
                        unit TEXT NOT NULL,
                        centre TEXT NOT NULL,
                        category INTEGER NOT NULL,
                        priority INTEGER NOT NULL,
                        stage INTEGER NOT NULL,
                        changed_by INTEGER NOT NULL,
                        press_boot INTEGER NOT NULL,
                        press_counter INTEGER NOT NULL,
                        pressed_unit_ns INTEGER NOT NULL,
                        received_ns INTEGER NOT NULL,
                        press_count INTEGER NOT NULL,
                        last_press_ns INTEGER NOT NULL,
                        latitude_e7 INTEGER,
                        longitude_e7 INTEGER,
                        accuracy_cm INTEGER,
                        fix_age_s INTEGER,
                        stored_ns INTEGER NOT NULL,
                        ringing_ns INTEGER,
                        answered_ns INTEGER,
                        dispatched_ns INTEGER,
                        arrived_ns INTEGER,
                        closed_ns INTEGER,
                        cancelled_ns INTEGER,
                        owner TEXT,
                        confirmed_stage INTEGER,
                        outcome INTEGER,
                        note TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX alert_closed ON alert (centre, id) WHERE stage = \(Stage.closed.rawValue);
                    CREATE INDEX alert_by_unit ON alert (unit, id);
                    CREATE TABLE progress (
                        only INTEGER PRIMARY KEY CHECK (only = 1),
                        last_sequence INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO progress (only, last_sequence) VALUES (1, 0);
                    """)
        }
        return migrator
    }
}
