// The fuzzer of texts from outside: what operators' files, consoles' requests and the gateway's own streams say. Built by
// Scripts/fuzz into one module with the pure sources it tries; Stubs.swift stands for what the others would bring.
//
// Input: byte 0 chooses the decoder, the rest is the text; a decoder that needs a choice of its own takes byte 1.

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    switch choice % 12 {
    case 0: RegistryTexts.file(bytes, .csv)
    case 1: RegistryTexts.file(bytes, .geojson)
    case 2: RegistryTexts.cell(bytes)
    case 3: RegistryTexts.ring(bytes)
    case 4: RegistryTexts.degrees(bytes)
    case 5: ConsoleTexts.body(bytes)
    case 6: ConsoleTexts.path(bytes)
    case 7: ConsoleTexts.query(bytes)
    case 8: StreamTexts.events(bytes)
    case 9: StreamTexts.json(bytes)
    case 10: FileTexts.holds(bytes)
    default: FileTexts.short(bytes)
    }
    return 0
}

extension String {
    /// Byte for byte: Swift's own equality calls two spellings of one letter the same.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
