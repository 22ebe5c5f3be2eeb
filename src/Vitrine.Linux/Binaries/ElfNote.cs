namespace Vitrine.Linux.Binaries;

/// <summary>One note of a PT_NOTE segment or SHT_NOTE section.</summary>
/// <param name="Owner">Who defines the type: "GNU", "Go", "CORE", …</param>
/// <param name="Type">Meaning of the contents, for that owner.</param>
/// <param name="Offset">Offset of the contents in the file.</param>
/// <param name="Size">Size of the contents in bytes.</param>
public readonly record struct ElfNote(string Owner, uint Type, ulong Offset, int Size);
