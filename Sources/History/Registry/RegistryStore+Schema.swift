// The tables of registry.sqlite. A migration that shipped is never edited; a change is a new one behind it.
// Docs/registry.md says what each column means.

internal import GRDB

extension RegistryStore {
    /// Every step from an empty file to today's tables.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("registry-1") { database in
            try database.execute(sql: reference + field + revisions)
        }
        migrator.registerMigration("registry-2") { database in
            try database.execute(sql: supervision)
        }
        migrator.registerMigration("registry-3") { database in
            try database.execute(sql: priorities)
        }
        return migrator
    }

    /// With which priority presses of a centre begin.
    private static let priorities = """
        ALTER TABLE centres ADD COLUMN priority_police TEXT;
        ALTER TABLE centres ADD COLUMN priority_medical TEXT;
        ALTER TABLE centres ADD COLUMN priority_fire TEXT;
        ALTER TABLE centres ADD COLUMN priority_road_accident TEXT;

        """

    /// What others name: roles, carriers, profiles, roads, places.
    private static let reference = """
        CREATE TABLE roles (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            name_kk TEXT, name_ru TEXT, name_en TEXT
        ) STRICT;
        INSERT INTO roles VALUES
            ('officer', 'Кезекші', 'Дежурный', 'Officer'),
            ('supervisor', 'Ауысым бастығы', 'Начальник смены', 'Supervisor');
        CREATE TABLE carriers (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            name TEXT NOT NULL, phone TEXT, note TEXT
        ) STRICT;
        CREATE TABLE profiles (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            name TEXT NOT NULL,
            reporting_time_s INTEGER NOT NULL CHECK (reporting_time_s IN (20, 90, 180)),
            severity_door_open TEXT, severity_vibration TEXT, severity_mains_lost TEXT, severity_battery_low TEXT,
            severity_charger TEXT, severity_microphone TEXT, severity_speaker TEXT, severity_camera TEXT,
            severity_button_stuck TEXT, severity_gps_lost TEXT, severity_gps_frozen TEXT, severity_displaced TEXT,
            severity_jamming TEXT, severity_overheating TEXT, severity_clock_wrong TEXT,
            severity_certificate_expiring TEXT, severity_firmware_mismatch TEXT, severity_link_flapping TEXT
        ) STRICT;
        CREATE TABLE roads (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            name TEXT NOT NULL, line TEXT
        ) STRICT;
        CREATE TABLE places (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            text_kk TEXT, text_ru TEXT, text_en TEXT, note TEXT,
            CHECK (coalesce(text_kk, text_ru, text_en) IS NOT NULL)
        ) STRICT;

        """

    /// What supervision goes by beside the reporting time.
    private static let supervision = """
        ALTER TABLE profiles ADD COLUMN severity_path_lost TEXT;
        ALTER TABLE profiles ADD COLUMN severity_test_missed TEXT;
        ALTER TABLE profiles ADD COLUMN severity_link_lost TEXT;
        ALTER TABLE profiles ADD COLUMN test_every_h INTEGER;
        ALTER TABLE profiles ADD COLUMN firmware INTEGER;

        """

    /// Who serves, and what is served. References are checked at the commit, so that rows may come in any order.
    private static let field = """
        CREATE TABLE centres (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            name_kk TEXT, name_ru TEXT, name_en TEXT,
            kind TEXT NOT NULL, state TEXT NOT NULL,
            neighbour TEXT REFERENCES centres DEFERRABLE INITIALLY DEFERRED,
            fail_over TEXT REFERENCES centres DEFERRABLE INITIALLY DEFERRED,
            duty_desk TEXT REFERENCES centres DEFERRABLE INITIALLY DEFERRED,
            phone TEXT,
            latitude_e7 INTEGER CHECK (latitude_e7 BETWEEN -900000000 AND 900000000),
            longitude_e7 INTEGER CHECK (longitude_e7 BETWEEN -1800000000 AND 1800000000),
            escalate_1_s INTEGER NOT NULL, escalate_2_s INTEGER NOT NULL, escalate_3_s INTEGER NOT NULL,
            unseen_s INTEGER NOT NULL, starvation_s INTEGER NOT NULL, note TEXT,
            CHECK (coalesce(name_kk, name_ru, name_en) IS NOT NULL),
            CHECK (escalate_1_s < escalate_2_s AND escalate_2_s < escalate_3_s),
            CHECK ((latitude_e7 IS NULL) = (longitude_e7 IS NULL))
        ) STRICT;
        CREATE TABLE areas (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            centre TEXT NOT NULL REFERENCES centres DEFERRABLE INITIALLY DEFERRED,
            name TEXT, ring TEXT NOT NULL
        ) STRICT;
        CREATE INDEX areas_by_centre ON areas (centre);
        CREATE TABLE responders (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            kind TEXT NOT NULL, name TEXT NOT NULL,
            centre TEXT NOT NULL REFERENCES centres DEFERRABLE INITIALLY DEFERRED,
            place TEXT REFERENCES places DEFERRABLE INITIALLY DEFERRED,
            phone TEXT,
            latitude_e7 INTEGER CHECK (latitude_e7 BETWEEN -900000000 AND 900000000),
            longitude_e7 INTEGER CHECK (longitude_e7 BETWEEN -1800000000 AND 1800000000),
            note TEXT,
            CHECK ((latitude_e7 IS NULL) = (longitude_e7 IS NULL))
        ) STRICT;
        CREATE INDEX responders_by_centre ON responders (centre);
        CREATE INDEX responders_by_place ON responders (place);
        CREATE TABLE units (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 16),
            centre TEXT NOT NULL REFERENCES centres DEFERRABLE INITIALLY DEFERRED,
            place TEXT NOT NULL REFERENCES places DEFERRABLE INITIALLY DEFERRED,
            latitude_e7 INTEGER CHECK (latitude_e7 BETWEEN -900000000 AND 900000000),
            longitude_e7 INTEGER CHECK (longitude_e7 BETWEEN -1800000000 AND 1800000000),
            road TEXT REFERENCES roads DEFERRABLE INITIALLY DEFERRED,
            road_m INTEGER CHECK (road_m BETWEEN 0 AND 9999999),
            carrier_1 TEXT REFERENCES carriers DEFERRABLE INITIALLY DEFERRED,
            carrier_2 TEXT REFERENCES carriers DEFERRABLE INITIALLY DEFERRED,
            profile TEXT REFERENCES profiles DEFERRABLE INITIALLY DEFERRED,
            certificate TEXT, installed TEXT, serviced TEXT, contact TEXT, note TEXT,
            CHECK ((latitude_e7 IS NULL) = (longitude_e7 IS NULL)),
            CHECK (road_m IS NULL OR road IS NOT NULL)
        ) STRICT;
        CREATE INDEX units_by_centre ON units (centre);
        CREATE INDEX units_by_place ON units (place);
        CREATE INDEX units_by_road ON units (road);
        CREATE INDEX units_by_carrier_1 ON units (carrier_1);
        CREATE INDEX units_by_carrier_2 ON units (carrier_2);
        CREATE INDEX units_by_profile ON units (profile);

        """

    /// Which changes were made; grows only.
    private static let revisions = """
        CREATE TABLE revisions (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at_ns INTEGER NOT NULL,
            by TEXT NOT NULL,
            what TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER revisions_keep_rows BEFORE DELETE ON revisions
            BEGIN SELECT RAISE(ABORT, 'revisions only grow'); END;
        CREATE TRIGGER revisions_keep_values BEFORE UPDATE ON revisions
            BEGIN SELECT RAISE(ABORT, 'revisions only grow'); END;
        """
}
