namespace Vitrine.Linux.Binaries;

/// <summary>e_type of an ELF header; the values are ELF's.</summary>
public enum ElfType
{
    /// <summary>ET_NONE.</summary>
    None = 0,

    /// <summary>ET_REL: an object file.</summary>
    Relocatable = 1,

    /// <summary>ET_EXEC: an executable at fixed addresses.</summary>
    Executable = 2,

    /// <summary>ET_DYN: a shared library or a position-independent executable.</summary>
    SharedObject = 3,

    /// <summary>ET_CORE: a core dump.</summary>
    Core = 4,
}
