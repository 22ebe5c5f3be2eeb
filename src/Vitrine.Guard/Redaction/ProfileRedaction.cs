using System.Buffers;
using System.Buffers.Text;
using Vitrine.Guard.Redaction.Matching;
using Vitrine.Pprof;

namespace Vitrine.Guard.Redaction;

/// <summary>The rules on the strings of one profile.</summary>
sealed class ProfileRedaction(RedactionRules rules, TextRedaction text) : IUtf8ProfileRewriter
{
    const int CachedKeys = 16;

    readonly int _label = rules.IndexOf(ShippedRules.Label);
    // A profile has few label keys and very many label texts, with the keys in turns.
    readonly (byte[] Key, int Rule)[] _keys = new (byte[], int)[CachedKeys];

    public RewriteOutcome Rewrite(ProfileStringKind kind, ReadOnlySpan<byte> value, ReadOnlySpan<byte> labelKey, IBufferWriter<byte> output)
    {
        if (kind == ProfileStringKind.LabelText && RuleOfKey(labelKey) is >= 0 and var rule)
            return Outcome(text.Cover(value, rule, output));
        return Outcome(text.Redact(value, KindOf(kind), output));
    }

    public RewriteOutcome RewriteNumber(ReadOnlySpan<byte> labelKey, ReadOnlySpan<byte> unit, long number, IBufferWriter<byte> output)
    {
        if (_label < 0 || rules.Labels.IsAllowed(labelKey) || LabelPolicy.IsAmount(unit))
            return RewriteOutcome.Unchanged;
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        return Outcome(text.Cover(digits[..length], _label, output));
    }

    int RuleOfKey(ReadOnlySpan<byte> key)
    {
        ref var cached = ref _keys[(key.Length * 31 + (key.IsEmpty ? 0 : key[0] + 7 * key[^1])) % CachedKeys];
        if (cached.Key is null || !key.SequenceEqual(cached.Key))
            cached = (key.ToArray(), text.RuleOfKey(key, isLabel: true));
        return cached.Rule;
    }

    static TextKind KindOf(ProfileStringKind kind) => kind switch
    {
        ProfileStringKind.FunctionName or ProfileStringKind.SystemName => TextKind.Symbol,
        ProfileStringKind.SourceFile or ProfileStringKind.MappingFile => TextKind.File,
        _ => TextKind.Text,
    };

    static RewriteOutcome Outcome(bool isChanged) => isChanged ? RewriteOutcome.Changed : RewriteOutcome.Unchanged;
}
