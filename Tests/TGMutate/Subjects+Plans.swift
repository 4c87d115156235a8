import Glibc
import TGPlan
import TGTensor

/// The reader of compiled plans, with its checker.
extension Subject {
  /// Plan files. What is accepted is listed, mapped, and traced address by address.
  static var plan: Subject {
    Subject(
      name: "plan", takes: { $0.starts(with: Array("TGPLAN".utf8)) },
      mutate: { file, _, random in
        guard var sections = try? PlanSections(file: file) else { return file }
        let plan = try? PlanDecoder.decode(
          message: sections.message, texts: sections.texts, memory: 64 << 20)
        if random.once(in: 3) {
          sections.message = random.damaged(sections.message)
        } else if let plan, let encoder = try? PlanEncoder(PlanDamage.damaged(plan, &random)) {
          sections.message = encoder.bytes
          sections.texts = encoder.texts
        }
        if random.once(in: 8) { sections.weights = random.damaged(sections.weights) }
        return sections.file
      },
      parse: plan(reading:))
  }

  private static func plan(reading bytes: [UInt8]) -> Outcome {
    let path = "/tmp/tgmutate-\(getpid()).tplan"
    defer { unsafe unlink(path) }
    guard let stream = unsafe fopen(path, "w") else { return .refused }
    unsafe fwrite(bytes, 1, bytes.count, stream)
    unsafe fclose(stream)
    do {
      let file = try PlanFile.load(path: path)
      precondition(!PlanListing.text(file.plan).isEmpty, "nothing to list")
      for function in file.plan.functions {
        precondition(MemoryMap(function).peakBytes <= function.arenaElements * 4, "no room")
      }
      PlanTrace.run(file.plan, floats: file.floats)
      return .accepted
    } catch {
      precondition(!error.description.isEmpty, "an error without words")
      switch error.problem {
      case .notAPlan, .truncated, .trailingBytes, .byteOrder, .version, .requiredFeature,
        .headerChecksum, .header, .section, .sectionChecksum, .notAFile, .cannotOpen:
        return .refusedAtOnce
      default: return .refused
      }
    }
  }
}
