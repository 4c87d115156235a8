import TGCommandLine
import TGImage
import TGPlan
import TGSession
import TGTensor

/// A function of a plan that makes numbers of pictures or captions.
struct Network {
  private let plan: OpenedPlan
  /// The function, ready to run.
  let session: Session
  /// What it gives that is used.
  let output: InterfaceItem

  /// Opens a plan.
  ///
  /// - Parameters:
  ///   - option: how the command line calls the plan, for messages.
  ///   - output: nil for the only output.
  init(
    _ path: String, option: String, function: String?, output: String?,
    machine: MachineOptions, resolved: MachineOptions.Resolved
  ) throws {
    plan = try OpenedPlan(path, options: machine, machine: resolved)
    session = try plan.session(function)
    let outputs = session.variants.form.outputs
    if let output {
      self.output = try session.variants.output(output)
    } else {
      guard outputs.count == 1 else {
        throw Failure(
          .usage,
          "'\(session.variants.form.name)' of \(path) gives "
            + outputs.map { "'\($0.name)'" }.joined(separator: ", ")
            + ", and \(option) does not say which is meant",
          hint: "name one: \(option)-output \(outputs.first?.name ?? "NAME")")
      }
      self.output = outputs[0]
    }
  }

  /// The path of the plan.
  var path: String { plan.path }

  /// The plan.
  var file: PlanFile { plan.file }

  /// How many numbers it gives for an item.
  var width: Int { output.itemShape.reduce(1, *) }

  /// The most items that it takes at once.
  var batch: Int { session.variants.sizes.last ?? 1 }

  /// The inputs that pictures are given to; as many as wanted.
  ///
  /// - Throws: `Failure` of status `usage` if the function takes another number of pictures.
  func pictures(_ count: Int) throws(Failure) -> [InterfaceItem] {
    let inputs = session.variants.pictureInputs
    let others = session.variants.form.inputs.count { $0.defaultValue == nil && !$0.takesPicture }
    guard inputs.count == count, others == 0 else {
      throw Failure(
        .usage,
        "'\(session.variants.form.name)' of \(path) does not make its numbers of "
          + (count == 1 ? "one picture" : "\(count) pictures"),
        hint: "tginspect \(Path.quoted(path)) lists its functions; name another one")
    }
    return inputs
  }

  /// What it gives for items, in their order.
  ///
  /// - Parameters:
  ///   - items: as many as are computed together, at most `batch` to keep memory small.
  ///   - name: how a message calls the item of a number.
  /// - Throws: `SessionError`, `Failure` of status `checkFailed` for what is infinite or no number.
  func values(of items: [RunItem], named name: (Int) -> String) throws -> [[Float]] {
    do {
      return try session.results(of: items, outputs: [output.name]).map {
        $0[output.name]?.elements ?? []
      }
    } catch .notFiniteOutput(let output, let item, let position, let value) {
      throw Failure(
        .checkFailed,
        "\(name(item)): '\(output)' of \(path) has \(value) at position \(position)",
        hint: "the weights are damaged or the picture is out of the plan's range; a score of "
          + "such numbers would be none")
    }
  }

  /// What the numbers are called where the name of the plan has to stand for it.
  var title: String { "\(file.plan.name) \(output.name)" }
}
