import TGPlan

/// Networks that published scores are computed with. A score has the published name only where the plan
/// was compiled from their page and their very files, told by the SHA-256 that a plan keeps of each.
enum KnownNetworks {
  /// The Inception network of December 2015, as pytorch-fid and torch-fidelity have it.
  private static let inception = ["6726825d"]
  /// Trunks of torchvision: VGG-16, AlexNet (two releases), SqueezeNet 1.1 (two releases).
  private static let trunks = ["397923af", "7be5be79", "4df8aa71", "b8a52dc0", "f364aa15"]
  /// The heads of LPIPS 0.1 and 0.0 for VGG-16, AlexNet and SqueezeNet.
  private static let heads = [
    "a78928a0", "df73285e", "4a5350f2", "b9e42362", "18720f55", "c27abd3a",
  ]

  /// True for the features that FID and KID are of.
  static func areFrechetFeatures(_ plan: Plan, function: String, output: String) -> Bool {
    isInception(plan) && function == "features" && output == "features"
  }

  /// True for the classes that the inception score is of; the published code has no bias.
  static func areInceptionClasses(_ plan: Plan, function: String, output: String) -> Bool {
    isInception(plan) && function == "classify" && output == "unbiased"
  }

  /// True for LPIPS with trained trunk and heads.
  static func isLPIPS(_ plan: Plan) -> Bool {
    plan.name == "LPIPS" && has(trunks, plan) && has(heads, plan)
  }

  private static func isInception(_ plan: Plan) -> Bool {
    plan.name == "InceptionFrechet" && has(inception, plan)
  }

  private static func has(_ beginnings: [String], _ plan: Plan) -> Bool {
    plan.fileHashes.contains { hash in beginnings.contains { hash.hasPrefix($0) } }
  }
}
