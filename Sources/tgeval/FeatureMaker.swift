import TGCommandLine
import TGPlan
import TGScores
import TGSession
import TGTensor

/// Makes features of pictures, batch by batch: of the pictures no more than a batch is in memory.
struct FeatureMaker {
  let network: Network
  let resize: PictureResize
  let console: Console

  /// Where features of some pictures come from.
  func origin(_ files: PictureFiles) -> FeatureOrigin {
    let form = network.session.variants.form
    let plan = network.file.plan
    return FeatureOrigin(
      title: network.title,
      isFrechetInception: KnownNetworks.areFrechetFeatures(
        plan, function: form.name, output: network.output.name),
      items: [
        .init("plan", plan.name), .init("plan hash", network.file.hash),
        .init("function", form.name), .init("output", network.output.name),
        .init("resize", resize.description), .init(FeatureOrigin.quantisation, files.quantisation),
      ])
  }

  /// The features of all pictures.
  func features(
    _ files: PictureFiles, keepsRows: Bool, needsMoments: Bool
  ) throws -> FeatureSet {
    var set = FeatureSet(name: files.name, origin: origin(files), digest: try files.digest())
    if needsMoments { set.moments = Moments(width: network.width) }
    if keepsRows { set.rows = Features(width: network.width) }
    let input = try network.pictures(1)[0]
    var progress = try Progress(console: console, total: files.paths.count)
    for start in stride(from: 0, to: files.paths.count, by: network.batch) {
      let paths = Array(files.paths[start..<min(files.paths.count, start + network.batch)])
      let items = try paths.map { path in
        RunItem(seed: 0, numbers: [input.name: try tensor(path, for: input).elements])
      }
      for row in try network.values(of: items, named: { paths[$0] }) {
        set.moments?.add(row)
        set.rows?.append(row)
        set.count += 1
      }
      progress.show(set.count)
    }
    progress.end(set.count)
    return set
  }

  private func tensor(_ path: String, for input: InterfaceItem) throws -> HostTensor {
    guard resize != .plan else { return try Self.fitted(path, for: input, console: console) }
    let picture = try PictureFiles.read(path, console: console)
    guard let tensor = resize.tensor(of: picture, for: input) else {
      throw Failure(.badInput, "\(path) cannot be brought to the size of '\(input.name)'")
    }
    return tensor
  }

  private static func fitted(
    _ path: String, for input: InterfaceItem, console: Console
  ) throws -> HostTensor {
    do { return try Inputs.tensor(ofPicture: path, for: input, console: console) } catch {
      guard case .pictureSize = error as? SessionError else { throw error }
      let message = (error as? SessionError)?.message ?? ""
      throw Failure(
        .badInput, message,
        hint:
          "--resize clean, pytorch or tensorflow brings all pictures to the plan's size; scores of "
          + "unequal ones cannot be compared")
    }
  }
}
