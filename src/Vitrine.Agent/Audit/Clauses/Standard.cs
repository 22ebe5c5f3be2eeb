namespace Vitrine.Agent.Audit.Clauses;

/// <summary>A standard whose clauses findings name.</summary>
/// <param name="Name">As people write it.</param>
/// <param name="Version">Its edition.</param>
/// <param name="Publisher">Who publishes it.</param>
sealed record Standard(string Name, string Version, string Publisher)
{
    public static Standard Pci { get; } = new("PCI DSS", "4.0", "PCI Security Standards Council");
    public static Standard Iso { get; } = new("ISO/IEC 27001", "2022", "ISO/IEC");
    public static Standard Soc2 { get; } = new("SOC 2", "2017 (revised 2022)", "AICPA");

    public static IReadOnlyList<Standard> All { get; } = [Pci, Iso, Soc2];
}
