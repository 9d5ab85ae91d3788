// One run from the first connection to the verdict.

import AlertModel
import ArgumentParser
import Foundation
import LinuxIO
import Settings
import SimulatedField

/// When a run ends.
struct RunLimits: Sendable {
    /// Presses in total; nil without end.
    let presses: Int?
    /// Seconds of pressing; nil without end.
    let durationS: Double?
    /// Seconds to wait for stragglers.
    let timeoutS: Double
    /// Whether every alert has to be closed.
    let isAnswering: Bool
    /// The run ends with its scenario.
    var hasScenario = false
    /// Seconds between two lines of figures.
    var everyS = 1.0
    /// The gateway's configuration, to ask its journal; nil to ask the console only.
    var journalOf: String?
    /// Where .hgrm files go; nil for none.
    var hgrm: String?

    /// After a signal people do not wait longer.
    static let afterSignalS = 2.0
    /// For the first unit, and for the sign-in.
    static let connectS = 15.0
}

/// Runs the fleet and the officer, shows how it goes, and judges.
struct FieldRun: Sendable {
    let fleet: Fleet
    let client: OfficerClient?
    let limits: RunLimits
    let signals: StopSignals

    private static let turn = Duration.milliseconds(100)
    private var ledger: PressLedger { fleet.ledger }
    private var terminal: Terminal { fleet.terminal }

    init(fleet: Fleet, client: OfficerClient?, limits: RunLimits, signals: StopSignals) {
        self.fleet = fleet
        self.client = client
        self.limits = limits
        self.signals = signals
    }

    /// - Returns: 0, 1 when something was lost, 69 when nothing could be reached.
    /// - Throws: an exit code when it could not begin.
    func run(answererSeed: UInt64) async throws -> ExitCode {
        if let client { try await signIn(client) }
        do throws(Errno) {
            try fleet.start()
        } catch {
            throw failure(.system, "\(error)", terminal)
        }
        defer { fleet.stop() }
        guard let client else { return await live() }
        let answerer = limits.isAnswering ? Answerer(client: client, seed: answererSeed) : nil
        let follower = ConsoleFollower(
            client: client, ledger: ledger, units: fleet.plan.units, answerer: answerer, terminal: terminal)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await follower.follow() }
            defer { group.cancelAll() }
            return await live()
        }
    }

    private func signIn(_ client: OfficerClient) async throws {
        let began = ContinuousClock.now
        while true {
            do {
                _ = try await client.signIn()
                return
            } catch let error as OfficerError where !error.isPassing {
                throw failure(error.reason == .signInRefused ? .noPermission : .unavailable, "\(error)", terminal)
            } catch {
                if signals.isStopping || began.duration(to: .now) > .seconds(RunLimits.connectS) {
                    throw failure(.unavailable, "the console at \(client.access.base): \(error)", terminal)
                }
                try? await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    private func live() async -> ExitCode {
        let began = ContinuousClock.now
        let count = fleet.plan.units.count
        terminal.line("\(count) units connect to \(fleet.plan.gateway); seed \(fleet.plan.seed)")
        var line = LiveStatistics(fleet: fleet, everyS: limits.everyS)
        while !signals.isStopping {
            line.show()
            let figures = fleet.figures
            let elapsed = began.duration(to: .now)
            if !figures.wasOnline, elapsed > .seconds(RunLimits.connectS) { break }
            if let seconds = limits.durationS, elapsed > .seconds(seconds) { break }
            if limits.hasScenario ? figures.isScenarioDone : figures.isScheduleDone { break }
            try? await Task.sleep(for: Self.turn)
        }
        fleet.order(.stopPressing)
        await settle(&line)
        line.show(isLast: true)
        guard fleet.figures.wasOnline else {
            let reason = fleet.figures.lastProblem ?? "no answer"
            return failure(.unavailable, "no unit could connect to \(fleet.plan.gateway): \(reason)", terminal)
        }
        return await judge()
    }

    /// Waits for what is still under way.
    private func settle(_ line: inout LiveStatistics) async {
        guard fleet.figures.wasOnline else { return }
        let began = ContinuousClock.now
        var seconds = limits.timeoutS
        while true {
            if signals.isStopping { seconds = min(seconds, RunLimits.afterSignalS) }
            guard began.duration(to: .now) < .seconds(seconds) else { return }
            if ledger.findings(closing: limits.isAnswering).isEmpty { return }
            line.show()
            try? await Task.sleep(for: Self.turn)
        }
    }

    private func judge() async -> ExitCode {
        var findings = ledger.findings(closing: limits.isAnswering)
        let presses = ledger.presses
        let alerts = ledger.alerts
        terminal.line(LatencyTable.text(presses: presses, alerts: alerts))
        tellHistograms()
        if let wanted = limits.presses, presses.count < wanted, !signals.isStopping {
            findings.append(Finding("only \(presses.count) of \(wanted) presses were made in time"))
        }
        var unasked: [String] = []
        do { findings += try await askConsole(about: alerts) } catch { unasked.append("the console: \(error)") }
        do { findings += try askJournal() } catch { unasked.append("the journal: \(error)") }
        guard findings.isEmpty else {
            for finding in findings { terminal.note("LOST \(finding)") }
            return failure(.lost, "\(findings.count) things lost of \(presses.count) presses", terminal)
        }
        guard unasked.isEmpty else {
            let reasons = unasked.joined(separator: "; ")
            return failure(.unavailable, "nothing lost at the units; could not be asked: \(reasons)", terminal)
        }
        let reports = ledger.reports.count
        terminal.line(
            "Nothing lost: \(presses.count) presses, \(alerts.count) alerts, \(reports) cancels and faults.")
        return .success
    }

    private func tellHistograms() {
        let histograms = ledger.histograms
        if limits.hasScenario { terminal.line(HistogramFiles.text(histograms)) }
        guard let directory = limits.hgrm else { return }
        do {
            try HistogramFiles.write(histograms, into: directory)
            terminal.line("Histograms are in \(directory).")
        } catch {
            terminal.note("cannot write histograms into \(directory): \(error.localizedDescription)")
        }
    }

    /// - Throws: why the console could not be asked.
    private func askConsole(about alerts: [AlertRecord]) async throws -> [Finding] {
        guard let client else { return [] }
        let seconds = signals.isStopping ? RunLimits.afterSignalS : max(limits.timeoutS, RunLimits.connectS)
        let answer = try await withTimeLimit(seconds: seconds) { [units = fleet.plan.units] in
            try await ConsoleVerification.ask(client, about: alerts, units: units)
        }
        let older = answer.skipped == 0 ? "" : " (\(answer.skipped) older ones are history)"
        terminal.line("The console was asked for \(answer.asked) alerts\(older).")
        return answer.findings
    }

    /// - Throws: why the journal could not be asked.
    private func askJournal() throws -> [Finding] {
        guard let configuration = limits.journalOf else { return [] }
        let answer = try JournalVerification.ask(configuration: configuration, ledger: ledger, boot: fleet.boot)
        terminal.line("The journal was asked for \(answer.asked) acknowledged messages.")
        return answer.findings
    }
}
