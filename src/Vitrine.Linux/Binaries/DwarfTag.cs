namespace Vitrine.Linux.Binaries;

/// <summary>The kinds of entries that are of interest: DWARF 5, 7.5.3.</summary>
internal enum DwarfTag : ushort
{
    ArrayType = 0x01, ClassType = 0x02, EnumerationType = 0x04, Member = 0x0d, PointerType = 0x0f, ReferenceType = 0x10, CompileUnit = 0x11, StructureType = 0x13,
    SubroutineType = 0x15, Typedef = 0x16, UnionType = 0x17, Inheritance = 0x1c, SubrangeType = 0x21, BaseType = 0x24, ConstType = 0x26, Variable = 0x34, VolatileType = 0x35,
    RestrictType = 0x37, Namespace = 0x39, AtomicType = 0x47,
}
