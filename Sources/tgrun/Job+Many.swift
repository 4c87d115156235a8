import TGCommandLine
import TGPlan
import TGSession
import TGTensor

extension Job {
  /// A run for each of many pictures: as many are read at once as fill the largest batch.
  ///
  /// - Throws: `Refused` if some are broken, when all others are done.
  mutating func run(
    _ many: Operands.Many, captions: CaptionList?, interrupts: Interrupts
  ) throws {
    var leftOut = LeftOut(of: many.paths.count)
    let lines: [CaptionLines.Line?] = captions?.lines ?? [nil]
    let room = (session.variants.sizes.last ?? 1) / max(1, itemPlan.count * lines.count)
    var rest = many.items[...]
    while !rest.isEmpty {
      var tensors: [Int: HostTensor] = [:]
      var good: [NamedItem.OwnPicture] = []
      while good.count < max(1, room), let own = rest.popFirst() {
        let read = try leftOut.trying(own.path) {
          try Inputs.tensor(ofPicture: own.path, for: many.input, console: console)
        }
        guard let tensor = read else { continue }
        good.append(own)
        tensors[own.index] = tensor
      }
      guard !good.isEmpty else { continue }
      let items = itemPlan.items(
        pictures: good, captions: lines, input: captions?.input.name)
      try compute(try prepare(items, own: tensors), items, interrupts: interrupts)
    }
    let hint = options.output.isEmpty ? nil : "the arrays of --output have no rows of them"
    do { try leftOut.tell(on: console, hint: hint) } catch { throw Refused(failure: error) }
  }

  /// Answers each caption of the standard input before the next one is waited for.
  ///
  /// - Throws: `Refused` if some were refused, when all others are done.
  mutating func answer(_ input: InterfaceItem, interrupts: Interrupts) throws {
    var stream = StandardInputLines()
    var number = 0
    var (answered, refused) = (0, 0)
    while let bytes = try stream.next() {
      number += 1
      do {
        guard let line = try CaptionLines.line(bytes, number: number) else { continue }
        try captionCheck.check(
          line.text, for: input, location: "\(CaptionLines.location(number, of: "-")): ")
        let items = itemPlan.items(captions: [line], input: input.name)
        try results.check(items)
        try compute(try prepare(items), items, interrupts: interrupts)
        try interrupts.writing { try results.answer(line: number) }
        answered += 1
      } catch let error as SessionError {
        guard case .caption = error else { throw error }
        try interrupts.writing { try results.refuse(error, line: number) }
        refused += 1
      }
    }
    guard answered + refused > 0 else { throw CaptionLines.empty("-") }
    guard refused == 0 else {
      let others = answered > 0 ? "; the others are done" : ""
      throw Refused(
        failure: Failure(
          .badInput, "\(refused) of \(answered + refused) captions are refused\(others)"))
    }
  }
}
