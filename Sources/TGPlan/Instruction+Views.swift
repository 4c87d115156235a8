public import TGTensor

extension Instruction {
  /// The views that are read, those of the epilogue included, in a fixed order.
  public var operands: [View] {
    switch self {
    case .convolve(let x): [x.input] + x.phases.map(\.weights) + x.epilogue.operands
    case .multiply(let x): [x.left, x.right] + x.epilogue.operands
    case .map(let x): x.operands
    case .reduce(let x): x.operands
    case .normalize(let x): [x.input] + x.epilogue.operands
    case .softmax(let x): [x.input]
    case .pool(let x): [x.input]
    case .unpool(let x): [x.input, x.gradient]
    case .resample(let x): [x.input, x.starts, x.weights]
    case .gather(let x): [x.table, x.indices]
    case .signs(let x): [x.input]
    }
  }

  /// The view that is written.
  public var output: View {
    switch self {
    case .convolve(let x): x.output
    case .multiply(let x): x.output
    case .map(let x): x.output
    case .reduce(let x): x.output
    case .normalize(let x): x.output
    case .softmax(let x): x.output
    case .pool(let x): x.output
    case .unpool(let x): x.output
    case .resample(let x): x.output
    case .gather(let x): x.output
    case .signs(let x): x.output
    }
  }

  /// All views, the output first.
  public var views: [View] { [output] + operands }

  /// Changes every view.
  public mutating func updateViews(_ change: (inout View) -> Void) {
    switch self {
    case .convolve(var x):
      change(&x.input)
      change(&x.output)
      for index in x.phases.indices { change(&x.phases[index].weights) }
      x.epilogue.updateViews(change)
      self = .convolve(x)
    case .multiply(var x):
      change(&x.left)
      change(&x.right)
      change(&x.output)
      x.epilogue.updateViews(change)
      self = .multiply(x)
    case .map(var x):
      for index in x.operands.indices { change(&x.operands[index]) }
      change(&x.output)
      self = .map(x)
    case .reduce(var x):
      for index in x.operands.indices { change(&x.operands[index]) }
      change(&x.output)
      self = .reduce(x)
    case .normalize(var x):
      change(&x.input)
      change(&x.output)
      x.epilogue.updateViews(change)
      self = .normalize(x)
    case .softmax(var x):
      change(&x.input)
      change(&x.output)
      self = .softmax(x)
    case .pool(var x):
      change(&x.input)
      change(&x.output)
      self = .pool(x)
    case .unpool(var x):
      change(&x.input)
      change(&x.gradient)
      change(&x.output)
      self = .unpool(x)
    case .resample(var x):
      change(&x.input)
      change(&x.output)
      change(&x.starts)
      change(&x.weights)
      self = .resample(x)
    case .gather(var x):
      change(&x.table)
      change(&x.indices)
      change(&x.output)
      self = .gather(x)
    case .signs(var x):
      change(&x.input)
      change(&x.output)
      self = .signs(x)
    }
  }
}

extension Epilogue {
  fileprivate mutating func updateViews(_ change: (inout View) -> Void) {
    for index in operands.indices { change(&operands[index]) }
  }
}
