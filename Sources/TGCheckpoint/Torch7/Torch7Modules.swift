import TGTensor

/// What modules of torch/nn, nngraph and cudnn.torch keep, and where.
extension Torch7Document {
  /// Why a field of a module is no weight; nil if it may be one.
  ///
  /// Modules keep what they computed last beside their weights. The names are those of torch/nn and
  /// cudnn.torch: `output`, what begins with `grad`, what begins with `_`, and these.
  func aside(_ field: Torch7Field, isGraph: Bool) -> Torch7Field.Aside? {
    guard case .text(let range) = field.part, let name = text(range) else { return nil }
    switch field.value {
    case .number, .boolean, .text: return .setting
    default: break
    }
    if name.hasPrefix("grad") || name.hasPrefix("_grad") { return .gradient }
    if isGraph, Self.graphFields.contains(name) { return .graph }
    return name.hasPrefix("_") || Self.buffers.contains(name) ? .buffer : nil
  }

  private static let graphFields: Set<String> = [
    "fg", "bg", "forwardnodes", "backwardnodes", "innode", "outnode",
  ]

  private static let buffers: Set<String> = [
    "output", "output_tensor", "finput", "fgradInput", "ones", "columns", "allcolumns", "indices",
    "noise", "mask", "buffer", "buffer1", "buffer2", "addBuffer", "save_mean", "save_std", "norm",
    "normp", "mininput", "localsums", "localstds", "total_weight_tensor", "formatted_input",
  ]

  // MARK: What older files have otherwise

  /// Gives what older files wrote otherwise the form of newer ones, as nn and nngraph do when they
  /// read them.
  mutating func modernize() {
    listModules()
    unfoldKernels()
  }

  /// Gives graphs of modules that were saved without the list of their modules that list: the modules
  /// of `forwardnodes` in their order, as nngraph itself does when it reads such a file.
  private mutating func listModules() {
    // What several graphs and nodes share is looked into once.
    var lists: [Int: Int] = [:]
    var data: [Int: Value?] = [:]
    var modules: [Int: Value?] = [:]
    for index in objects.indices {
      guard case .instance("nn.gModule", .object(let fields)) = objects[index],
        var pairs = pairs(of: .object(index)),
        !pairs.contains(where: { isText($0.key, "modules") }),
        case .object(let nodes) = field("forwardnodes", of: .object(index)),
        case .table(let all) = objects[nodes]
      else { continue }
      if lists[nodes] == nil {
        let ordered = sorted(all.map { field($0) }).filter { $0.part != .none }
        let found = ordered.compactMap { node in
          known("module", of: known("data", of: node.value, &data), &modules)
        }
        lists[nodes] = objects.count
        objects.append(
          .table(
            found.enumerated().map { Pair(key: .number(Double($0.offset + 1)), value: $0.element) }
          ))
      }
      pairs.append(Pair(key: .modules, value: .object(lists[nodes] ?? nodes)))
      objects[fields] = .table(pairs)
    }
  }

  /// A field of an object, looked for once.
  private func known(
    _ name: StaticString, of value: Value?, _ found: inout [Int: Value?]
  ) -> Value? {
    guard case .object(let index) = value else { return nil }
    if let known = found[index] { return known }
    let result = field(name, of: value)
    found[index] = .some(result)
    return result
  }

  /// Kernels [out, in · height · width] of convolutions become [out, in, height, width], by the numbers
  /// that stand beside them.
  private mutating func unfoldKernels() {
    for index in objects.indices {
      guard case .instance(let name, _) = objects[index], Self.convolutions.contains(name),
        case .object(let weight) = field("weight", of: .object(index)),
        case .tensor(var tensor) = objects[weight], tensor.dimensions.count == 2,
        tensor.strides[1] == 1, let inputs = whole("nInputPlane", of: index),
        let height = whole("kH", of: index), let width = whole("kW", of: index),
        let count = Shape(checking: [inputs, height, width])?.count, count > 0,
        tensor.dimensions[1] == count
      else { continue }
      tensor.dimensions = [tensor.dimensions[0], inputs, height, width]
      tensor.strides = [tensor.strides[0], height * width, width, 1]
      objects[weight] = .tensor(tensor)
    }
  }

  private static let convolutions: Set<String> = [
    "nn.SpatialConvolution", "nn.SpatialConvolutionMM", "cudnn.SpatialConvolution",
  ]

  /// A field that is a whole number.
  private func whole(_ name: StaticString, of object: Int) -> Int? {
    guard case .number(let number) = field(name, of: .object(object)) else { return nil }
    return Int(exactly: number)
  }
}
