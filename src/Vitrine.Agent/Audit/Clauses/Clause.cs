namespace Vitrine.Agent.Audit.Clauses;

/// <summary>One clause of a standard.</summary>
/// <param name="Standard">The standard.</param>
/// <param name="Number">As the standard numbers it.</param>
/// <param name="Subject">What it is about: the title of a control of ISO/IEC 27001, our own short words for the others, whose clauses have no titles.</param>
sealed record Clause(Standard Standard, string Number, string Subject)
{
    /// <summary>"PCI DSS 4.0 2.2.4".</summary>
    public override string ToString() => ReferenceEquals(Standard, Standard.Iso) ? $"{Standard.Name}:{Standard.Version} {Number}"
        : ReferenceEquals(Standard, Standard.Soc2) ? $"{Standard.Name} {Number}" : $"{Standard.Name} {Standard.Version} {Number}";
}
