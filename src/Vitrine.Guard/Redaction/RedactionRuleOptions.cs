namespace Vitrine.Guard.Redaction;

/// <summary>A rule of your own, in a configuration.</summary>
public sealed class RedactionRuleOptions
{
    /// <summary>Its name: small letters, digits and dashes.</summary>
    public string Name { get; set; } = "";

    /// <summary>A regular expression without look-around and back-references.</summary>
    public string Pattern { get; set; } = "";

    /// <summary>What stands in the place of a match; null = <c>‹name:tag›</c>.</summary>
    public string? Replacement { get; set; }
}
