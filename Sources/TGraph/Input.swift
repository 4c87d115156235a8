import TGPlan
import TGSession
import TGTensor

/// What is given for an input of a function or an objective.
public enum Input: Hashable, Sendable {
  /// A picture, brought to the size and the range of the input as its page says.
  case picture(Picture)
  /// A caption, for inputs of words.
  case caption(String)
  /// Numbers in the framework's order, the batch first or left out; of a class its number.
  case tensor(Tensor)
  /// One number in every position.
  case number(Float)
}

extension Input {
  /// What a session takes.
  func given(for name: String, of variants: FunctionVariants) throws(SessionError) -> Given {
    let item = try variants.input(name)
    return switch self {
    case .picture(let picture):
      .picture(
        try TGSession.Session.tensor(of: picture.picture, path: "the picture", for: item),
        path: "the picture")
    case .caption(let text): .caption(text)
    case .tensor(let tensor): .array(tensor.host, lengths: nil)
    case .number(let number): .number(number)
    }
  }
}

extension [String: Input] {
  /// What a session takes, by input.
  func given(to variants: FunctionVariants) throws(SessionError) -> [String: Given] {
    var result: [String: Given] = [:]
    for (name, input) in self { result[name] = try input.given(for: name, of: variants) }
    return result
  }
}
