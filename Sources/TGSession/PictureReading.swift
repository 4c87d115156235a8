package import TGImage
package import TGPlan
package import TGTensor

extension Session {
  /// The numbers that a picture gives an input, `[1, C, H, W]` in the range of the plan.
  ///
  /// - Parameter path: how errors call the picture.
  /// - Throws: `SessionError` if the input takes no picture, or none of this size.
  package static func tensor(
    of picture: Picture, path: String, for item: InterfaceItem
  ) throws(SessionError) -> HostTensor {
    let form = try item.form(height: picture.height, width: picture.width, path: path)
    guard let tensor = picture.tensor(form) else { throw item.impossibleSize }
    return tensor
  }

  /// The same of a file: it is brought to the size while it is read, so that no more is in memory
  /// than the numbers and some rows.
  ///
  /// - Parameter warnings: takes what is odd about the file though it could be read.
  /// - Throws: `SessionError`.
  package static func tensor(
    ofFile path: String, for item: InterfaceItem, warnings: inout [String]
  ) throws(SessionError) -> HostTensor {
    do {
      let tensor = try Picture.readTensor(path: path, warnings: &warnings) { height, width in
        try item.form(height: height, width: width, path: path)
      }
      guard let tensor else { throw item.impossibleSize }
      return tensor
    } catch let error as PictureError {
      throw .picture(error)
    } catch let error as SessionError {
      throw error
    } catch {
      preconditionFailure("only pictures and their forms fail")
    }
  }
}

extension InterfaceItem {
  /// The picture that numbers are, `[1, C, H, W]` in the range of the item; nil if it is none.
  package func picture(of tensor: HostTensor) -> Picture? {
    kind.source.picture.flatMap { Picture(tensor: tensor, low: $0.low, high: $0.high) }
  }

  /// The form that a picture of a size is brought to.
  fileprivate func form(
    height: Int, width: Int, path: String
  ) throws(SessionError) -> PictureForm {
    guard let rule = kind.source.picture, itemShape.count == 3 else {
      throw .wrongKind(input: name, kind: kind.word, given: "a picture")
    }
    let isFitted = !rule.fit.isEmpty && !rule.filter.isEmpty
    guard isFitted || height == itemShape[1] && width == itemShape[2] else {
      throw .pictureSize(
        path: path, height: height, width: width, wanted: [itemShape[1], itemShape[2]])
    }
    guard let how = isFitted ? PictureFit(rule.fit) : .stretch,
      let convention = PictureFilter(isFitted ? rule.filter : "nearest")
    else { throw impossibleSize }
    return PictureForm(
      channels: itemShape[0], height: itemShape[1], width: itemShape[2], fit: how,
      filter: convention, low: rule.low, high: rule.high)
  }

  /// What is said where the words of a plan for fitting cannot be followed.
  fileprivate var impossibleSize: SessionError {
    guard let rule = kind.source.picture else {
      return .wrongKind(input: name, kind: kind.word, given: "a picture")
    }
    return .pictureWords(input: name, fit: rule.fit, filter: rule.filter)
  }
}
