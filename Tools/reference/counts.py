"""Parameter counts of the published sizes, as the fact sheets give them: the cheapest proof that a
module has the right layers. Run by Tools/parity --references."""

import torch

import attngan
import attngan_judges
import char_cnn_rnn
import bert
import biggan
import biggan_deep
import biggan_hub
import controlgan
import damsm
import dcgan
import gan_cls_pytorch
import efficientnet
import enlargers
import gan_int_cls
import googlenet
import inception
import indomain
import lpips
import lxmert
import manigan
import mtcnn
import open_nsfw
import stackgan
import stackgan_tensorflow
import stackgan_v2
import oscar
import resnet
import sisgan
import pggan
import stylegan1
import stylegan1_genforce
import stylegan1_port
import stylegan1_rosinality
import stylegan2
import stylegan2_ada
import tagan
import tirg
import val
import vgg
import vse

PUBLISHED = [
    ("TAGAN generator", tagan.Generator, {}, 28_771_651),
    ("TAGAN discriminator", tagan.Discriminator, {}, 15_432_263),
    ("AttnGAN birds", attngan.Generator, {}, 7_084_592),
    ("AttnGAN COCO", attngan.Generator, dict(g=48, residuals=3), 13_811_456),
    ("AttnDCGAN birds", attngan.Generator, dict(residuals=0, dcgan=True), 6_638_960),
    ("ManiGAN birds", manigan.Generator, {}, 23_382_960),
    ("ManiGAN COCO", manigan.Generator, dict(g=48, residuals=3), 34_107_072),
    ("ManiGAN detail, birds", manigan.DetailCorrection, {}, 17_781_600),
    ("ManiGAN detail, COCO", manigan.DetailCorrection, dict(g=48, residuals=3), 19_258_384),
    ("ControlGAN birds", controlgan.Generator, {}, 28_646_704),
    ("ControlGAN COCO", controlgan.Generator, dict(g=48, residuals=3), 36_733_888),
    *[(f"AttnGAN D_NET{size} {d}", attngan_judges.Discriminator, dict(size=size, d=d), count)
      for size, d, count in [
          (64, 64, 6_313_730), (128, 64, 19_424_002), (256, 64, 71_858_946),
          (64, 96, 13_304_450), (128, 96, 42_800_258), (256, 96, 160_774_274)]],
    *[(f"AttnGAN D_NET{size} alone", attngan_judges.Discriminator,
       dict(size=size, unconditional=False), count)
      for size, count in [(64, 6_305_537), (128, 19_415_809), (256, 71_850_753)]],
    ("StackGAN COCO Stage-I", stackgan.StageI, {}, 20_020_832),
    ("StackGAN COCO Stage-II", stackgan.StageII, {}, 57_151_312),
    ("StackGAN Stage-I g 128", stackgan.StageI, dict(g=128), 10_301_248),
    ("StackGAN Stage-II g 128", stackgan.StageII, dict(g=128, residuals=4), 36_591_328),
    ("StackGAN COCO D-I", stackgan.Discriminator, dict(size=64), 12_407_425),
    ("StackGAN COCO D-II", stackgan.Discriminator, {}, 159_889_538),
    ("StackGAN TensorFlow Stage-I", stackgan_tensorflow.Generator, dict(stages=1), 14_264_192),
    ("StackGAN TensorFlow", stackgan_tensorflow.Generator, {}, 40_554_272),
    ("StackGAN TensorFlow D-I", stackgan_tensorflow.Discriminator, dict(size=64), 4_029_824),
    ("StackGAN TensorFlow D-II", stackgan_tensorflow.Discriminator, {}, 48_603_520),
    ("StackGAN-v2", stackgan_v2.Generator, {}, 21_239_696),
    ("StackGAN-v2 of noise", stackgan_v2.Generator, dict(conditional=False), 16_472_208),
    *[(f"StackGAN-v2 D{size}", stackgan_v2.Discriminator, dict(size=size), count)
      for size, count in [(64, 5_723_906), (128, 18_834_178), (256, 71_269_122)]],
    *[(f"StackGAN-v2 D{size} of noise", stackgan_v2.Discriminator,
       dict(size=size, conditional=False), count)
      for size, count in [(64, 2_765_569), (128, 15_875_841), (256, 68_310_785)]],
    ("DAMSM text encoder birds", damsm.TextEncoder, {}, 2_075_320),
    ("DAMSM text encoder COCO", damsm.TextEncoder, dict(entries=27297), 8_629_420),
    ("StyleGAN 1024", stylegan1.Generator, {}, 26_212_019),
    ("StyleGAN 256", stylegan1.Generator, dict(resolution=256), 26_078_915),
    ("StyleGAN 64, all toRGB", stylegan1.Generator, dict(resolution=64, last_only=False),
     25_137_935),
    ("StyleGAN 1024, port", stylegan1_port.Generator, {}, 26_212_019),
    ("StyleGAN 1024, genforce, all toRGB", stylegan1_genforce.Generator, {}, 26_219_627),
    ("StyleGAN 256, genforce, all toRGB", stylegan1_genforce.Generator, dict(resolution=256),
     26_086_229),
    ("StyleGAN 1024, rosinality", stylegan1_rosinality.Generator, {}, 26_219_115),
    ("StyleGAN2 256 f", stylegan2.Generator, dict(resolution=256), 30_034_338),
    ("StyleGAN2 256 e", stylegan2.Generator, dict(resolution=256, multiplier=1), 24_767_458),
    ("StyleGAN2 1024 f", stylegan2.Generator, {}, 30_370_060),
    ("StyleGAN2 ADA 1024", stylegan2_ada.Generator, {}, 30_370_060),
    ("StyleGAN2 1024 e", stylegan2.Generator, dict(multiplier=1), 24_900_764),
    ("BigGAN 128", biggan.Generator, {}, 70_433_988),
    ("BigGAN 256", biggan.Generator, dict(resolution=256), 82_235_844),
    ("BigGAN 512", biggan.Generator, dict(resolution=512), 82_296_804),
    ("BigGAN 256, TF-Hub", biggan_hub.Generator, {}, 82_097_604),
    ("BigGAN deep 128, untrained form", biggan.Deep, {}, 50_244_484),
    ("BigGAN deep 256, untrained form", biggan.Deep, dict(resolution=256), 55_736_708),
    ("BigGAN deep 128", biggan_deep.Generator, {}, 50_388_609),
    ("BigGAN deep 256", biggan_deep.Generator, dict(resolution=256), 55_880_833),
    ("BigGAN deep 512", biggan_deep.Generator, dict(resolution=512), 56_163_905),
    ("PG-GAN 1024, all heads", pggan.Generator, dict(last_only=False), 23_079_115),
    ("PG-GAN 1024", pggan.Generator, {}, 23_071_507),
    ("PG-GAN 256, higan fused", pggan.Generator,
     dict(resolution=256, form="higan", fused=True), 23_036_995),
    ("VGG-16", vgg.Trunk, {}, 14_714_688),
    ("VGG-16 with its classifier", vgg.Classifier, {}, 138_357_544),
    ("VGG-19 with its classifier", vgg.Classifier, dict(stages=vgg.VGG19), 143_667_240),
    ("VGG-16 to relu4_3", vgg.Caffe, {}, 7_635_264),
    ("VGG-19", vgg.Trunk, dict(stages=vgg.VGG19), 20_024_384),
    ("GAN-INT-CLS generator", gan_int_cls.Generator, {}, 18_909_699),
    ("GAN-INT-CLS discriminator", gan_int_cls.Discriminator, {}, 4_032_321),
    ("GAN-CLS generator COCO", gan_int_cls.Generator, dict(g=196), 41_107_551),
    ("GAN-CLS discriminator COCO", gan_int_cls.Discriminator, dict(d=196, coco=True), 36_190_301),
    ("char-CNN-RNN CVPR", char_cnn_rnn.Encoder,
     dict(sizes=(384, 512, 256, 1024), gated=False, pool=True), 1_814_144),
    ("char-CNN-RNN birds, COCO", char_cnn_rnn.Encoder, {}, 4_045_184),
    ("char-CNN-RNN flowers", char_cnn_rnn.Encoder, dict(gated=False, pool=True), 2_994_560),
    ("GAN-CLS port generator", gan_cls_pytorch.Generator, {}, 4_756_736),
    ("GAN-CLS port discriminator", gan_cls_pytorch.Discriminator, {}, 2_899_072),
    ("SISGAN generator, VGG", sisgan.Generator, {}, 31_028_931),
    ("SISGAN generator", sisgan.Generator, dict(vgg=False), 26_014_851),
    ("SISGAN discriminator", sisgan.Discriminator, {}, 3_937_217),
    ("VSE of SISGAN, without fc8", vse.SISGANsVSE, {}, 140_128_144 - 4_097_000),
    ("VSE++, features", vse.VSEPlusPlus, dict(entries=1000), 300_000 + 4_073_472 + 4_195_328),
    ("VSE++, VGG-19", vse.VSEPlusPlus, dict(entries=1000, trunk="vgg19"),
     300_000 + 4_073_472 + 4_195_328 + 139_570_240),
    ("VSE++, ResNet-152", vse.VSEPlusPlus, dict(entries=1000, trunk="resnet", features=2048),
     300_000 + 4_073_472 + 2_098_176 + 58_143_808),
    ("TIRG", tirg.TIRG, dict(entries=1000), 15_906_373 + 512_000),
    ("TIRG, concatenation", tirg.TIRG, dict(composition="concat", entries=1000),
     15_381_569 + 512_000),
    ("TIRG, last convolution", tirg.TIRG, dict(composition="lastconv", entries=1000),
     42_121_797 + 512_000),
    ("VAL, ResNet-50", val.VAL, dict(entries=1000, wordSize=300), 56_106_508 + 300_000),
    ("VAL, MobileNet", val.VAL,
     dict(net="mobilenet", entries=1000, wordSize=300, width=32, side=224), 17_300_741 + 300_000),
    ("DCGAN generator", dcgan.Generator, {}, 3_576_704),
    ("Inception-v3", inception.Classifier, {}, 23_834_568),
    ("Inception-v3 with AuxLogits", inception.Classifier, dict(auxiliary=True), 27_161_264),
    ("Inception-v3 without classes", inception.Trunk, {}, 21_785_568),
    ("DAMSM image encoder", inception.PictureEncoder, {}, 22_506_720),
    ("In-Domain encoder", indomain.Encoder, {}, 165_326_848),
    ("AlexNet, convolutions", lpips.Trunk, dict(trunk="alex"), 2_469_696),
    ("GoogLeNet", googlenet.GoogLeNet, {}, 6_624_904),
    ("GoogLeNet with aux", googlenet.GoogLeNet, dict(auxiliary=True), 13_004_888),
    ("EfficientNet-Lite0", efficientnet.EfficientNetLite0, {}, 4_652_008),
    ("MTCNN, first network", mtcnn.PNet, {}, 6_632),
    ("MTCNN, second network", mtcnn.RNet, {}, 100_178),
    ("MTCNN, third network", mtcnn.ONet, {}, 389_040),
    ("Open NSFW", open_nsfw.OpenNSFW, {}, 5_891_266),
    ("ResNet-18", resnet.ResNet, dict(depth=18), 11_689_512),
    ("ResNet-50", resnet.ResNet, {}, 25_557_032),
    ("Real-ESRGAN x4plus", enlargers.RealESRGAN, {}, 16_697_987),
    ("Real-ESRGAN x4plus-anime", enlargers.RealESRGAN, dict(blocks=6), 4_467_779),
    ("Real-ESRGAN animevideov3", enlargers.SRVGG, {}, 621_424),
    ("multistyle26", enlargers.MultiStyle, {}, 166_104),
    ("LXMERT cross layer", lxmert.CrossLayer, {}, 16_539_648),
    ("LXMERT backbone", lxmert.Backbone, {}, 207_936_768),
    ("LXMERT as trained", lxmert.Pretrained, {}, 228_051_752),
    ("LXMERT for VQA", lxmert.Tuned, {}, 213_930_297),
    ("LXMERT for GQA", lxmert.Tuned, dict(answers=1842), 207_936_768 + 4_015_410),
    ("LXMERT for NLVR2", lxmert.Tuned, dict(answers=2, pictures=2), 207_936_768 + 2_366_978),
    ("Oscar base", oscar.Oscar, {}, 111_684_668),
    ("Oscar base for VQA", oscar.Oscar, dict(task="classify", labels=3129), 113_466_681),
    ("Oscar base for retrieval", oscar.Oscar, dict(task="classify"), 111_062_018),
    ("Oscar large", oscar.Oscar, dict(size=1024, heads=16, layers=24), 338_330_428),
    ("MiniLM sentence encoder", bert.SentenceEncoder, {}, 22_713_216),
]


def check():
    """Prints a line per network. Returns how many counts are wrong."""
    wrong = 0
    for name, network, sizes, published in PUBLISHED:
        with torch.device("meta"):
            count = sum(p.numel() for p in network(**sizes).parameters())
        wrong += count != published
        print(f"{name:30} {count:,} parameters, published {published:,}"
              f"{'' if count == published else '  FAIL'}")
    return wrong
