// Lines and rings as GeoJSON coordinates (RFC 7946, section 3.1): longitude first, WGS 84, a height ignored.

/// Coordinates as one canonical text, such as `[[71.4305,51.1283],[71.5,51.2]]`.
enum Coordinates {
    /// Reads the text of a cell.
    ///
    /// - Throws: ``CellError``.
    static func canonical(_ text: String, isRing: Bool) throws(CellError) -> String {
        let node: JSONNode
        do {
            node = try JSONText.read(Array(text.utf8)[...])
        } catch {
            throw CellError("is not a list of coordinates: \(error.text)")
        }
        return try canonical(node, isRing: isRing)
    }

    /// Reads a list of positions.
    ///
    /// - Throws: ``CellError``; its text does not repeat the coordinates, which may be long.
    static func canonical(_ node: JSONNode, isRing: Bool) throws(CellError) -> String {
        guard case .array(let nodes) = node.value else { throw CellError("is not a list of coordinates") }
        let limit = isRing ? RegistryColumn.ringPointsMax + 1 : RegistryColumn.linePointsMax
        guard nodes.count <= limit else {
            throw CellError(
                "has \(nodes.count) points, \(nodes.count - limit) too many",
                hint: "simplify it in the map program")
        }
        var positions: [String] = []
        for (index, node) in nodes.enumerated() {
            do {
                positions.append("[\(try position(node).text)]")
            } catch {
                throw CellError("point \(index + 1) of \(nodes.count): \(error.text)", hint: error.hint)
            }
        }
        if isRing {
            guard positions.count >= 4, positions.first == positions.last else {
                throw CellError(
                    "is not a closed ring", hint: "three corners or more, and the last point again the first")
            }
            guard Set(positions).count >= 3 else { throw CellError("encloses nothing") }
        } else if positions.count < 2 {
            throw CellError("has \(positions.count) points; a line has two or more")
        }
        return "[\(positions.joined(separator: ","))]"
    }

    /// Longitude and latitude of a position as canonical texts.
    ///
    /// - Throws: ``CellError``.
    static func position(_ node: JSONNode) throws(CellError) -> (longitude: String, latitude: String, text: String)
    {
        guard case .array(let numbers) = node.value, (2...3).contains(numbers.count),
            case .number(let east) = numbers[0].value, case .number(let north) = numbers[1].value
        else { throw CellError("is not [longitude, latitude]") }
        let longitude = Decimals.text(try degrees(east, limit: 180), decimals: 7)
        let latitude = Decimals.text(try degrees(north, limit: 90), decimals: 7)
        return (longitude, latitude, "\(longitude),\(latitude)")
    }

    private static func degrees(_ text: String, limit: Int64) throws(CellError) -> Int64 {
        do throws(CellError) {
            // Programs write tiny numbers with an exponent; below 10⁻⁷ degrees nothing is lost.
            guard text.contains(where: { $0 == "e" || $0 == "E" }) else {
                return try Decimals.degrees(text, limit: limit)
            }
            guard let number = Double(text), abs(number) <= Double(limit) else {
                throw CellError("is outside the range")
            }
            return Int64((number * 1e7).rounded())
        } catch {
            throw CellError(
                "\(text) \(error.text)", hint: "GeoJSON has the longitude first, in degrees of WGS 84 (EPSG:4326)")
        }
    }
}
