namespace Vitrine.Linux.Binaries;

/// <summary>e_machine of an ELF header; the values are ELF's.</summary>
public enum ElfMachine
{
    /// <summary>Not set.</summary>
    None = 0,

    /// <summary>EM_X86_64.</summary>
    Amd64 = 62,

    /// <summary>EM_AARCH64.</summary>
    Arm64 = 183,
}
