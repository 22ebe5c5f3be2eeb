namespace Vitrine.Guard.Redaction;

/// <summary>Redaction as a configuration names it (section <c>Vitrine:Guard:Redaction</c>). All rules are on by default.</summary>
public sealed class RedactionOptions
{
    /// <summary>Names of rules to switch off.</summary>
    public IList<string> Without { get; } = [];

    /// <summary>Rules of your own.</summary>
    public IList<RedactionRuleOptions> Rules { get; } = [];

    /// <summary>Label keys whose values leave, beside the shipped ones.</summary>
    public IList<string> AllowLabels { get; } = [];

    /// <summary>Label keys whose values are masked whole, also when they are allowed elsewhere.</summary>
    public IList<string> DenyLabels { get; } = [];

    /// <summary>A file with the secret key of the tags, at least 16 random bytes, for processes whose profiles are compared with each other. None = a random key for each process.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Whether a mask has a tag, by which the same text is known again (<c>‹email:3f2a91c0›</c>). Without, all e-mail addresses look the same.</summary>
    public bool Tags { get; set; } = true;
}
