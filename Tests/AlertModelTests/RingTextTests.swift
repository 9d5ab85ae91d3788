import AlertModel
import Testing

@Suite("Rings as GeoJSON coordinates")
struct RingTextTests {
    private func error(_ text: String) -> RingTextError? {
        do throws(RingTextError) {
            _ = try RingText.corners(text)
            return nil
        } catch {
            return error
        }
    }

    @Test("what is written is what is kept, to the last of seven decimals; the last point is left out")
    func exact() throws {
        let corners = try RingText.corners(
            " [ [71.4305001 ,-51.1283] ,[-180,90],[ 180.0000000,-90.0],[0.5,0],\n[71.4305001,-51.1283] ] ")
        #expect(
            corners == [
                point(-511_283_000, 714_305_001), point(900_000_000, -1_800_000_000),
                point(-900_000_000, 1_800_000_000), point(0, 5_000_000),
            ])
    }

    @Test(
        "everything else is refused with its reason",
        arguments: [
            ("", RingTextError.notCoordinates(offset: 0)), ("[]", .notCoordinates(offset: 1)),
            ("[[1,2]", .notCoordinates(offset: 6)), ("[[1,2],]", .notCoordinates(offset: 7)),
            ("[[1,2,3],[1,2,3]]", .notCoordinates(offset: 5)), ("[[1,2]]x", .notCoordinates(offset: 7)),
            ("[[1.,2]]", .notCoordinates(offset: 4)), ("[[.5,2]]", .notCoordinates(offset: 2)),
            ("[[1e2,2]]", .notCoordinates(offset: 3)), ("[[1.00000001,2]]", .badNumber(offset: 2)),
            ("[[99999999999999999999,2]]", .badNumber(offset: 2)), ("[[1000,2]]", .badNumber(offset: 2)),
            ("[[2,91],[2,91]]", .badNumber(offset: 2)), ("[[181,9],[181,9]]", .badNumber(offset: 2)),
            ("[[1,2]]", .notClosed), ("[[1,2],[3,4],[5,6],[1,3]]", .notClosed),
            ("[[1,2],[3,4],[1,2]]", .badCount(corners: 2)),
        ])
    func refused(text: String, expected: RingTextError) {
        #expect(error(text) == expected, "\(text)")
    }

    @Test("1,000 corners are taken and 1,001 are not; cut at any byte nothing traps")
    func bounds() throws {
        let points = { (count: Int) in (0..<count).map { "[\($0).5,7]" }.joined(separator: ",") }
        #expect(error("[\(points(100)),\(points(1))]") == nil)
        let ring = (0..<1_000).map { "[0.\(1_000 + $0),7]" }
        #expect(error("[\((ring + ring.prefix(1)).joined(separator: ","))]") == nil)
        #expect(
            error("[\((ring + ["[1,1]"] + ring.prefix(1)).joined(separator: ","))]") == .badCount(corners: 1_001))
        let text = "[[71.4305001,-51.1283],[1,2],[3,4],[71.4305001,-51.1283]]"
        for length in 0..<text.utf8.count { #expect(error(String(text.prefix(length))) != nil) }
    }
}
