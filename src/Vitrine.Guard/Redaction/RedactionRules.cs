using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Vitrine.Guard.Redaction.Rules;

namespace Vitrine.Guard.Redaction;

/// <summary>
/// What is taken out of profiles and texts before they leave: named rules, all of the shipped ones on, which users extend or switch off. Immutable; each change gives a new one.
/// docs/guard/redaction.md has the table of rules.
/// </summary>
public sealed class RedactionRules
{
    /// <summary>The most rules that users add.</summary>
    public const int MaximumUserRules = 64;

    const int LongestName = 32;
    const int LongestReplacement = 64;
    const int ShortestKey = 16;

    static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    // One for the life of the process: profiles of one process compare with each other, and nobody can compute a tag.
    static readonly byte[] s_processKey = RandomNumberGenerator.GetBytes(16);

    readonly ImmutableArray<RedactionRule> _rules;

    RedactionRules(ImmutableArray<RedactionRule> rules, LabelPolicy labels, byte[] key, bool tags)
    {
        (_rules, Labels, Key, HasTags) = (rules, labels, key, tags);
    }

    /// <summary>The shipped rules, with tags by a key of this process's own.</summary>
    public static RedactionRules Default { get; } = new([.. ShippedRules.All], LabelPolicy.Default, s_processKey, tags: true);

    /// <summary>The rules that are on.</summary>
    public IReadOnlyList<RedactionRule> All => _rules;

    internal LabelPolicy Labels { get; }

    /// <summary>16 bytes.</summary>
    internal byte[] Key { get; }

    internal bool HasTags { get; }

    /// <summary>The rules of a configuration.</summary>
    /// <exception cref="ArgumentException">Something in it cannot be; the message names the key of the configuration, and the rule.</exception>
    public static RedactionRules From(RedactionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rules = options.Tags ? Default : Default.WithoutTags();
        if (!string.IsNullOrEmpty(options.KeyFile))
            rules = rules.WithKey(ReadKey(options.KeyFile));
        foreach (var name in options.Without)
            rules = rules.Without(name);
        foreach (var rule in options.Rules)
            rules = rules.With(rule.Name, rule.Pattern, rule.Replacement);
        foreach (var key in options.AllowLabels)
            rules = rules.AllowLabel(key);
        foreach (var key in options.DenyLabels)
            rules = rules.DenyLabel(key);
        return rules;
    }

    /// <summary>One more rule.</summary>
    /// <param name="name">Small letters, digits and dashes; not the name of a rule that there is.</param>
    /// <param name="pattern">A regular expression without look-around and back-references: it is matched in linear time.</param>
    /// <param name="replacement">What stands in the place of a match; null = <c>‹name:tag›</c>.</param>
    /// <exception cref="ArgumentException">The name, the pattern or the replacement cannot be; the message names the rule.</exception>
    public RedactionRules With(string name, string pattern, string? replacement = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LongestName || name.AsSpan().IndexOfAnyExcept(s_name) >= 0)
            throw new ArgumentException($"\"{name}\" cannot be the name of a redaction rule: use small letters, digits and dashes, at most {LongestName}.");
        if (_rules.Any(rule => rule.Name == name) || ShippedRules.All.Any(rule => rule.Name == name))
            throw new ArgumentException($"There is a redaction rule \"{name}\" already: give yours another name.");
        if (_rules.Count(rule => rule.IsUsers) == MaximumUserRules)
            throw new ArgumentException($"There are {MaximumUserRules} redaction rules of your own already; \"{name}\" is one too many. Join some patterns with |.");
        if (replacement is { Length: > LongestReplacement })
            throw new ArgumentException($"The replacement of the redaction rule \"{name}\" has {replacement.Length} characters; at most {LongestReplacement} are taken.");
        return new([.. _rules, new RedactionRule(name, pattern, "", "", MaskStyle.Tagged, new PatternRule(name, pattern)) { IsUsers = true, Replacement = replacement }], Labels, Key, HasTags);
    }

    /// <summary>All but one.</summary>
    /// <exception cref="ArgumentException">There is no such rule; the message lists those that there are.</exception>
    public RedactionRules Without(string name)
    {
        if (_rules.FirstOrDefault(rule => rule.Name == name) is { } rule)
            return new(_rules.Remove(rule), Labels, Key, HasTags);
        if (ShippedRules.All.Any(shipped => shipped.Name == name))
            return this;
        throw new ArgumentException($"There is no redaction rule \"{name}\"; there are {string.Join(", ", _rules.Select(one => one.Name))}.");
    }

    /// <summary>One more label key whose values leave; the other rules still look at them.</summary>
    public RedactionRules AllowLabel(string key) => new(_rules, Labels.Allow(CheckLabel(key)), Key, HasTags);

    /// <summary>A label key whose values are masked whole, whoever allows it.</summary>
    public RedactionRules DenyLabel(string key) => new(_rules, Labels.Deny(CheckLabel(key)), Key, HasTags);

    /// <summary>Tags by a key that several processes share, so that their profiles compare: the same text gets the same tag in all of them.</summary>
    /// <param name="key">At least 16 bytes, random and secret: with it tags can be reversed by trying likely texts.</param>
    /// <exception cref="ArgumentException">The key is too short.</exception>
    public RedactionRules WithKey(ReadOnlySpan<byte> key)
    {
        if (key.Length < ShortestKey)
            throw new ArgumentException($"The key for the tags of redaction has {key.Length} bytes; at least {ShortestKey} are needed: head -c 32 /dev/urandom > FILE");
        return new(_rules, Labels, SHA256.HashData(key)[..ShortestKey], HasTags);
    }

    /// <summary>Masks without tags: nobody can tell that two are the same, and samples that differed by them only are added up by viewers.</summary>
    public RedactionRules WithoutTags() => new(_rules, Labels, Key, tags: false);

    internal int IndexOf(string name)
    {
        for (var i = 0; i < _rules.Length; i++)
            if (_rules[i].Name == name)
                return i;
        return -1;
    }

    static string CheckLabel(string key) => !string.IsNullOrWhiteSpace(key) ? key : throw new ArgumentException("A label key to allow or to deny is empty.");

    static byte[] ReadKey(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read);
            // With the key, short texts can be found by trying them all.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
                throw new ArgumentException($"{nameof(RedactionOptions.KeyFile)}: others than its owner may read or change the key: chmod 600 it.");
            // A key, not a disk: more than this is a mistake.
            var key = new byte[4096];
            return key[..stream.ReadAtLeast(key, key.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{nameof(RedactionOptions.KeyFile)}: the key for the tags of redaction cannot be read: {e.Message}", e);
        }
    }
}
