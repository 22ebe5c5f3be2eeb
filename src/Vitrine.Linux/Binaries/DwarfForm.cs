namespace Vitrine.Linux.Binaries;

/// <summary>How an attribute is written: DWARF 5, 7.5.6 (https://dwarfstd.org/dwarf5std.html), and GNU's extensions.</summary>
internal enum DwarfForm : ushort
{
    Address = 0x01, Block2 = 0x03, Block4 = 0x04, Data2 = 0x05, Data4 = 0x06, Data8 = 0x07, String = 0x08, Block = 0x09, Block1 = 0x0a, Data1 = 0x0b, Flag = 0x0c,
    SData = 0x0d, StrP = 0x0e, UData = 0x0f, RefAddress = 0x10, Ref1 = 0x11, Ref2 = 0x12, Ref4 = 0x13, Ref8 = 0x14, RefUData = 0x15, Indirect = 0x16, SecOffset = 0x17,
    ExprLoc = 0x18, FlagPresent = 0x19, StrX = 0x1a, AddrX = 0x1b, RefSup4 = 0x1c, StrPSup = 0x1d, Data16 = 0x1e, LineStrP = 0x1f, RefSig8 = 0x20, ImplicitConst = 0x21,
    LocListX = 0x22, RngListX = 0x23, RefSup8 = 0x24, StrX1 = 0x25, StrX2 = 0x26, StrX3 = 0x27, StrX4 = 0x28, AddrX1 = 0x29, AddrX2 = 0x2a, AddrX3 = 0x2b, AddrX4 = 0x2c,
    GnuAddrIndex = 0x1f01, GnuStrIndex = 0x1f02, GnuRefAlt = 0x1f20, GnuStrPAlt = 0x1f21,
}
