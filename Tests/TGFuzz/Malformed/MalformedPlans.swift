import TGPlan
import TGTensor
import TGTestSupport

/// Malformed plan files, made from the plan of all instructions when they are read: stored ones would
/// be refused for their version alone when the layout changes.
enum MalformedPlans {
  /// All of them.
  static var files: [MalformedFile] {
    cut + foreign + headers + sections + plans + types + instructions
  }

  private static let sound: [UInt8] = ScratchFile(ending: ".tplan").with([]) { path in
    guard (try? SmallPlan().write(to: path)) != nil, let file = try? MappedFile(path: path) else {
      fail("the small plan cannot be written")
    }
    return ByteRegion(file).prefix(file.count)
  }

  private static func refused(
    _ name: String, _ bytes: [UInt8], part: String = "", status: Int = 65
  ) -> MalformedFile { MalformedFile(name: name, status: status, part: part, bytes: bytes) }

  private static var cut: [MalformedFile] {
    (1..<20).map { step in
      let place = sound.count * step / 20
      return refused("cut-\(place)", Array(sound[..<place]))
    } + [refused("cut-last", Array(sound.dropLast())), refused("trailing", sound + [0])]
  }

  private static var foreign: [MalformedFile] {
    let starts = [
      "": "empty", "PK\u{3}\u{4}": "zip", "<!DOCTYPE html>": "page", "model M() {": "graph",
      "version https://git-lfs": "pointer", "\u{89}PNG": "text", "TGPLAN\r\n": "other",
    ]
    return starts.sorted { $0.key < $1.key }.map { start, name in
      refused(
        "foreign-" + name,
        Array(start.utf8) + (start.isEmpty ? [] : Array(repeating: 0, count: 600)))
    }
  }

  /// The header with other numbers, its own checksum right again.
  private static var headers: [MalformedFile] {
    func changed(_ place: Int, _ bytes: [UInt8]) -> [UInt8] {
      var file = sound
      file.replaceSubrange(place..<place + bytes.count, with: bytes)
      return PlanSections.resealed(file)
    }
    let places: [(String, Int, [UInt8], Int)] = [
      ("version-0", 8, [0], 69), ("version-7", 8, [7], 69),
      ("version-65536", 8, [0, 0, 1], 69),
      ("byte-order", 12, [4, 3, 2, 1], 65), ("header-length", 16, [1], 65),
      ("reserved", 28, [1], 65), ("section-number", 32, [1], 65),
      ("weights-misaligned", 40, [1], 65), ("weights-far", 47, [0x7f], 65),
      ("weights-length", 48, [63], 65), ("weights-length-2-63", 55, [0x80], 65),
      ("sums-far", 111, [0x7f], 65), ("sums-length", 112, [16], 65),
      ("texts-far", 175, [0x7f], 65), ("texts-length", 176, [255, 255], 65),
      ("message-length", 240, [1], 65), ("message-length-2-63", 247, [0x7f], 65),
    ]
    return places.map { name, place, bytes, status in
      refused("header-" + name, changed(place, bytes), status: status)
    }
  }

  /// Damage that only a checksum can show, and sections of the wrong contents.
  private static var sections: [MalformedFile] {
    guard let parts = try? PlanSections(file: sound) else { fail("the small plan is sound") }
    func file(_ change: (inout PlanSections) -> Void) -> [UInt8] {
      var copy = parts
      change(&copy)
      return copy.file
    }
    func flipped(_ place: Int) -> [UInt8] {
      var file = sound
      file[place] ^= 4
      return file
    }
    return [
      refused("bit-of-header", flipped(300)), refused("bit-of-weights", flipped(600)),
      refused("bit-of-message", flipped(sound.count - 40)),
      refused("message-empty", file { $0.message = [] }),
      refused("message-zeros", file { $0.message = [UInt8](repeating: 0, count: 64) }),
      refused("message-cut", file { $0.message.removeLast(9) }),
      refused("message-twice", file { $0.message += $0.message }),
      refused("message-unknown-field", file { $0.message += [0xa2, 0x06, 0] }),
      refused("message-group", file { $0.message += [0x0b, 0x0c] }),
      refused(
        "message-length-2-63",
        file { $0.message += [0x0a] + [UInt8](repeating: 0xff, count: 8) + [0x7f] }),
      refused(
        "message-number-of-80-bits",
        file { $0.message += [0x08] + [UInt8](repeating: 0xff, count: 11) + [1] }),
      refused(
        "message-dtype-9",
        file { parts in
          // A slot of 4 elements of int32.
          guard let slot = parts.message.firstRange(of: [0x18, 4, 0x20, 1]) else { return }
          parts.message[slot.upperBound - 1] = 9
        }, part: "Slot.dtype"),
      refused("texts-shorter", file { $0.texts.removeLast() }),
      refused("texts-longer", file { $0.texts.append(0) }),
      refused("texts-missing", file { $0.texts = [] }),
      refused("weights-shorter", file { $0.weights.removeLast(64) }),
      refused("weights-missing", file { $0.weights = [] }),
      refused("starts-beyond", file { parts in parts.weights = parts.weights.map { _ in 0x44 } }),
      refused(
        "starts-negative", file { parts in parts.weights = parts.weights.map { _ in 0xff } }),
    ]
  }

  /// The plan with a changed value, declared work and checksums right again.
  private static func plan(_ name: String, _ part: String = "", _ change: (inout Plan) -> Void)
    -> MalformedFile
  {
    guard var parts = try? PlanSections(file: sound),
      var plan = try? PlanDecoder.decode(
        message: parts.message, texts: parts.texts, memory: 64 << 20)
    else { fail("the small plan is sound") }
    change(&plan)
    let encoder = PlanEncoder(plan)
    parts.message = encoder.bytes
    parts.texts = encoder.texts
    return refused("plan-" + name, parts.file, part: part)
  }

  /// The plan with a changed function.
  static func function(
    _ name: String, _ part: String = "", _ change: (inout PlanFunction) -> Void
  ) -> MalformedFile {
    plan(name, part) { change(&$0.functions[0]) }
  }

  private static var plans: [MalformedFile] {
    [
      plan("no-function") { $0.functions = [] },
      plan("function-twice") { $0.functions.append($0.functions[0]) },
      plan("hash-missing") { $0.fileHashes = [] },
      plan("hash-of-letters") { $0.fileHashes = [String(repeating: "x", count: 64)] },
      plan("file-with-folder") { $0.fileNames = ["../a.tgraph"] },
      plan("name-with-control") { $0.name = "a\u{1}b" },
      plan("name-right-to-left") { $0.name = "a\u{202e}b" },
      function("name-of-function") { $0.name = "7 up" },
      function("name-empty") { $0.name = "" },
      function("batch-0") { $0.batch = 0 },
      function("batch-other") { $0.batch = 2 },
      function("macs-less") { $0.macs -= 1 },
      function("macs-2-62") { $0.macs = 1 << 62 },
      function("arena-less") { $0.arenaBytes -= 64 },
      function("arena-2-62") { $0.arenaBytes = 1 << 62 },
      function("slot-empty") { $0.slots[0].count = 0 },
      function("slot-negative") { $0.slots[0].offset = -64 },
      function("slot-misaligned") { $0.slots[0].offset += 1 },
      function("slot-at-16-bytes", "no multiple of 64") { $0.slots[0].offset += 16 },
      function("slot-far") { $0.slots[0].offset = 1 << 50 },
      function("slots-overlap") { $0.slots[1].offset = $0.slots[0].offset },
      function("slots-missing") { $0.slots.removeLast(3) },
      function("input-missing") { $0.inputs.removeFirst() },
      function("input-twice") { $0.inputs.append($0.inputs[0]) },
      function("input-named-alike") { $0.inputs[1].name = $0.inputs[0].name },
      function("input-without-lengths") { $0.inputs[1].lengths = nil },
      function("input-of-weights") {
        $0.inputs[2].view.slot = $0.slots.firstIndex { $0.kind == .weight } ?? 0
      },
      function("input-range") { $0.inputs[0].kind = .image(low: 1, high: -1, fit: "", filter: "") },
      function("input-default-infinite") { $0.inputs[2].defaultValue = .infinity },
      function("input-tokenizer") { $0.inputs[1].kind = .text(vocabulary: "none") },
      function("output-with-default") { $0.outputs[0].defaultValue = 1 },
      function("output-loss-of-entry") { $0.outputs[0].role = .loss },
      function("input-variable-of-entry") { $0.inputs[0].role = .variable },
      function("output-gradient-of-nothing") {
        $0.role = .gradient
        $0.outputs[0].role = .gradient(of: "")
      },
      function("first-instruction-missing") { $0.instructions.removeFirst() },
      function("instructions-backwards") { $0.instructions.reverse() },
    ]
  }

  /// Each instruction with one of its views spoilt in turn.
  private static var instructions: [MalformedFile] {
    let damages: [(String, (inout View) -> Void)] = [
      ("slot", { $0.slot = 10_000 }), ("offset", { $0.offset += 1 << 30 }),
      ("extent", { if !$0.dimensions.isEmpty { $0.dimensions[0] += 1 } else { $0.slot = -1 } }),
      ("stride", { if !$0.strides.isEmpty { $0.strides[0] = -1 } else { $0.slot = -1 } }),
    ]
    return SmallPlan().main.instructions.indices.flatMap { index in
      damages.map { name, damage in
        function("instruction-\(index)-\(name)") { function in
          var isFirst = true
          function.instructions[index].instruction.updateViews { view in
            if isFirst { damage(&view) }
            isFirst = false
          }
        }
      }
    }
  }
}
