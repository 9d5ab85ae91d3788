// The centres' policies in a snapshot.

import AlertModel

extension Dispatcher {
    /// In order of centre, so that the same policies are the same bytes.
    func writePolicies(to writer: inout StateWriter) {
        writer.count(policies.count)
        for (_, policy) in policies.sorted(by: { $0.key < $1.key }) {
            writer.id(policy.centre)
            for seconds in [
                policy.reRingS, policy.supervisorsS, policy.neighbourS, policy.failoverS, policy.dutyDeskS,
                policy.unseenS, policy.starvationS,
            ] { writer.number(UInt64(seconds)) }
            for target in [policy.neighbour, policy.failover, policy.dutyDesk] { writer.optional(target) }
            for priority in policy.priorities.values { writer.byte(priority.rawValue) }
        }
    }

    static func readPolicies(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [CentreID: CentrePolicy] {
        var policies: [CentreID: CentrePolicy] = [:]
        for _ in 0..<(try reader.count(bytesMin: 75)) {
            let policy = CentrePolicy(
                centre: try reader.id(), reRingS: try reader.number(UInt16.self),
                supervisorsS: try reader.number(UInt16.self), neighbourS: try reader.number(UInt16.self),
                failoverS: try reader.number(UInt16.self), dutyDeskS: try reader.number(UInt16.self),
                unseenS: try reader.number(UInt16.self), starvationS: try reader.number(UInt16.self),
                neighbour: try reader.optionalID(),
                failover: try reader.optionalID(), dutyDesk: try reader.optionalID(),
                priorities: PressPriorities(
                    police: try reader.listed(), medical: try reader.listed(), fire: try reader.listed(),
                    roadAccident: try reader.listed()))
            guard policies.updateValue(policy, forKey: policy.centre) == nil else {
                throw reader.error(.badValue)
            }
        }
        return policies
    }

    func writeSituations(to writer: inout StateWriter) {
        writer.count(situations.count)
        for (centre, situation) in situations.sorted(by: { $0.key < $1.key }) {
            writer.id(centre)
            situation.write(to: &writer)
        }
    }

    static func readSituations(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [CentreID: CentreSituation] {
        var situations: [CentreID: CentreSituation] = [:]
        for _ in 0..<(try reader.count(bytesMin: 18)) {
            let centre: CentreID = try reader.id()
            guard situations.updateValue(try CentreSituation(from: &reader), forKey: centre) == nil else {
                throw reader.error(.badValue)
            }
        }
        return situations
    }
}
