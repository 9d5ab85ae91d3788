// A GeoJSON FeatureCollection (RFC 7946) as rows of a table: properties are columns, the geometry is the point,
// line or ring.

extension RegistryFile {
    /// Reads every feature.
    mutating func readGeoJSON(_ sheet: SheetText) {
        guard let geometry = table.geometry else {
            refuse("cannot be GeoJSON: \(table.rawValue) have no place on a map; import them as CSV")
            return
        }
        let root: JSONNode
        do {
            root = try JSONText.read(sheet.bytes)
        } catch {
            problems.add(
                RegistrySpot(file: name, line: error.line, column: error.column), "is not JSON here: \(error.text)"
            )
            isUnreadable = true
            return
        }
        guard root.member("type")?.string == "FeatureCollection", let list = root.member("features"),
            case .array(let features) = list.value
        else {
            problems.add(spot(root), "is not a FeatureCollection with features (RFC 7946)")
            return
        }
        checkReferenceSystem(root)
        if features.count > table.rowsMax {
            refuse(
                "has \(features.count) features; allowed: at most \(table.rowsMax) in the table \(table.rawValue)")
            return
        }
        for feature in features { readFeature(feature, geometry) }
    }

    private func spot(_ node: JSONNode) -> RegistrySpot {
        RegistrySpot(file: name, line: node.line, column: node.column)
    }

    /// RFC 7946 has WGS 84 only; programs of before may still say so, or say another.
    private mutating func checkReferenceSystem(_ root: JSONNode) {
        guard let crs = root.member("crs") else { return }
        let name = crs.member("properties")?.member("name")?.string ?? ""
        guard !["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"].contains(name) else {
            return
        }
        problems.add(
            spot(crs), column: "crs",
            "the coordinates are in \"\(name.escaped)\"; allowed: WGS 84 (save the layer with EPSG:4326)")
    }

    private mutating func readFeature(_ feature: JSONNode, _ geometry: RegistryGeometry) {
        guard feature.member("type")?.string == "Feature" else {
            problems.add(spot(feature), "is not a Feature")
            return
        }
        var cells: [(target: Target, text: String, spot: RegistrySpot)] = []
        var unread: Set<Int> = []
        if let properties = feature.member("properties"), case .object(let members) = properties.value {
            for member in members { readProperty(member, into: &cells, unread: &unread) }
        }
        if !cells.contains(where: { $0.target == .column(0) }), let id = feature.member("id"),
            let text = text(id)
        {
            cells.append((.column(0), text, spot(id)))
        }
        if !readGeometry(feature, geometry, into: &cells) {
            unread.formUnion(table.columns.indices.filter { table.columns[$0].isGeometry })
        }
        add(cells, spot: spot(feature), unread: unread)
    }

    private mutating func readProperty(
        _ member: JSONNode.Member, into cells: inout [(target: Target, text: String, spot: RegistrySpot)],
        unread: inout Set<Int>
    ) {
        if member.name.hasPrefix("#") || member.name.hasPrefix("№") { return }
        let place = RegistrySpot(file: name, line: member.line, column: member.column)
        guard let target = target(member.name) else {
            problems.add(place, column: member.name.escaped, unknownColumn(member.name))
            return
        }
        if case .column(let index) = target {
            if table.columns[index].isGeometry {
                problems.add(place, column: member.name, "is no property: the feature's geometry says it")
                return
            }
        }
        guard let text = text(member.node) else {
            problems.add(spot(member.node), column: member.name, "is neither a text nor a number nor null")
            if case .column(let index) = target { unread.insert(index) }
            return
        }
        cells.append((target, text, spot(member.node)))
    }

    /// What a sheet's cell would have; nil for what no cell has.
    private func text(_ node: JSONNode) -> String? {
        switch node.value {
        case .string(let text), .number(let text): text
        case .null: ""
        case .bool, .array, .object: nil
        }
    }

    /// A feature without a geometry leaves what was there; with `null` there is none.
    ///
    /// - Returns: false when it was refused.
    private mutating func readGeometry(
        _ feature: JSONNode, _ wanted: RegistryGeometry,
        into cells: inout [(target: Target, text: String, spot: RegistrySpot)]
    ) -> Bool {
        guard let node = feature.member("geometry") else { return true }
        let columns = table.columns
        func place(_ name: String, _ text: String) {
            guard let index = columns.firstIndex(where: { $0.name == name }) else { return }
            cells.append((.column(index), text, spot(node)))
        }
        let names = wanted == .point ? ["latitude", "longitude"] : [wanted == .line ? "line" : "ring"]
        if case .null = node.value {
            names.forEach { place($0, "") }
            return true
        }
        let type = node.member("type")?.string ?? ""
        guard type == wanted.rawValue, let coordinates = node.member("coordinates") else {
            let hint = type == "Multi\(wanted.rawValue)" ? "; split it into one feature a part" : ""
            problems.add(
                spot(node), column: "geometry",
                "is a \(type.isEmpty ? "geometry without type" : type.escaped); allowed for \(table.rawValue): "
                    + "\(wanted.rawValue)\(hint)")
            return false
        }
        do throws(CellError) {
            switch wanted {
            case .point:
                let point = try Coordinates.position(coordinates)
                place("latitude", point.latitude)
                place("longitude", point.longitude)
            case .line: place("line", try Coordinates.canonical(coordinates, isRing: false))
            case .polygon:
                guard case .array(let rings) = coordinates.value, rings.count == 1 else {
                    throw CellError("has a hole or no ring", hint: "draw an area around the hole instead")
                }
                place("ring", try Coordinates.canonical(rings[0], isRing: true))
            }
            return true
        } catch {
            problems.add(
                spot(coordinates), column: "geometry", error.text + (error.hint.isEmpty ? "" : " (\(error.hint))"))
            return false
        }
    }
}
