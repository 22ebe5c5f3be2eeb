using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction;

/// <summary>One named rule.</summary>
public sealed class RedactionRule
{
    internal RedactionRule(string name, string finds, string before, string after, MaskStyle style, TextRule? text)
    {
        (Name, Finds, Before, After, Style, Text) = (name, finds, before, after, style, text);
    }

    /// <summary>Its name: small letters, digits and dashes.</summary>
    public string Name { get; }

    /// <summary>What it finds, in a few words.</summary>
    public string Finds { get; }

    /// <summary>An example of a text with something to find.</summary>
    public string Before { get; }

    /// <summary>What becomes of the example. The tag differs from key to key.</summary>
    public string After { get; }

    /// <summary>Whether a user added it.</summary>
    public bool IsUsers { get; internal init; }

    internal MaskStyle Style { get; }

    /// <summary>A user's own replacement; null = the mask of the style.</summary>
    internal string? Replacement { get; init; }

    /// <summary>How it finds what it finds in a text; null for the one that goes by the keys of labels.</summary>
    internal TextRule? Text { get; }
}
