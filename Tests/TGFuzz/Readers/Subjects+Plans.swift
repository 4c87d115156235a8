import Foundation
import TGPlan
import TGTensor
import TGTestSupport

/// The reader of compiled plans, with its checker.
extension Subject {
  /// Plan files. What is accepted is listed, mapped, and traced address by address.
  static var plan: Subject {
    Subject(
      name: "plan",
      source: .damage(corpus: plans) { file, _, random in
        guard var sections = try? PlanSections(file: file) else { return file }
        let plan = try? PlanDecoder.decode(
          message: sections.message, texts: sections.texts, memory: 64 << 20)
        if random.once(in: 3) {
          sections.message = random.damaged(sections.message)
        } else if let plan {
          let encoder = PlanEncoder(PlanDamage.damaged(plan, &random))
          sections.message = encoder.bytes
          sections.texts = encoder.texts
        }
        if random.once(in: 8) {
          let weights = random.damaged(sections.weights)
          sections.weights = Array(weights.prefix(weights.count / 4 * 4))
        }
        return sections.file
      },
      read: { bytes in scratch.with(bytes) { plan(at: $0) } })
  }

  private static let scratch = ScratchFile(ending: ".tplan")

  /// The plan of all instructions, and sound plans of few.
  private static func plans(_ root: String) -> [[UInt8]] {
    var random = Random(seed: 1)
    return [small()] + (0..<32).map { _ in SoundPlan.file(&random) }
  }

  private static func small() -> [UInt8] {
    scratch.with([]) { path in
      guard (try? SmallPlan().write(to: path)) != nil, let file = try? MappedFile(path: path)
      else { fail("the small plan cannot be written") }
      return ByteRegion(file).prefix(file.count)
    }
  }

  private static func plan(at path: String) -> Outcome {
    do {
      let file = try PlanFile.load(path: path)
      demand(!PlanListing.text(file.plan).isEmpty, "nothing to list")
      for function in file.plan.functions {
        demand(MemoryMap(function).peakBytes <= function.arenaBytes, "no room")
      }
      PlanTrace.run(file.plan, numbers: file.numbers)
      return .accepted
    } catch {
      demand(!error.description.isEmpty, "an error without words")
      switch error.problem {
      case .notAPlan, .truncated, .trailingBytes, .byteOrder, .version, .requiredFeature,
        .headerChecksum, .header, .section, .sectionChecksum, .notAFile, .cannotOpen:
        return .refusedAtOnce
      default: return .refused
      }
    }
  }
}
