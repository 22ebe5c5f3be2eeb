namespace Vitrine.Linux.Kernel.Btf;

/// <summary>How an integer is to be shown. Source: https://www.kernel.org/doc/html/latest/bpf/btf.html#btf-kind-int.</summary>
[Flags]
public enum BtfIntEncoding
{
    /// <summary>Unsigned.</summary>
    None = 0,

    /// <summary>Signed.</summary>
    Signed = 1,

    /// <summary>A boolean.</summary>
    Bool = 4,
}
