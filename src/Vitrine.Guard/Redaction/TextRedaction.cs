using System.Buffers;
using System.Collections.Frozen;
using Vitrine.Guard.Redaction.Matching;
using Vitrine.Guard.Redaction.Rules;

namespace Vitrine.Guard.Redaction;

/// <summary>Redacts one text after the other, and counts. For one thread; made for each piece of work.</summary>
sealed class TextRedaction
{
    readonly RedactionRules _rules;
    readonly Masks _masks;
    readonly MatchList _matches = new();
    readonly long[] _counts;
    readonly int _credentials, _email, _exception, _secret, _label;
    readonly (TextRule Rule, TextTraits All, TextTraits Any, int Number)[] _textRules;

    public TextRedaction(RedactionRules rules, Masks masks)
    {
        (_rules, _masks) = (rules, masks);
        _counts = new long[rules.All.Count];
        _credentials = rules.IndexOf(ShippedRules.UrlCredentials);
        _email = rules.IndexOf(ShippedRules.Email);
        _exception = rules.IndexOf(ShippedRules.Exception);
        _secret = rules.IndexOf(ShippedRules.Secret);
        _label = rules.IndexOf(ShippedRules.Label);
        _textRules = [.. rules.All.Select((rule, number) => (rule.Text, number)).Where(rule => rule.Text is not null).Select(rule => (rule.Text!, rule.Text!.NeedsAll, rule.Text.NeedsAny, rule.number))];
    }

    public RedactionCounts Counts
    {
        get
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            for (var i = 0; i < _counts.Length; i++)
                if (_counts[i] > 0)
                    counts.Add(_rules.All[i].Name, _counts[i]);
            return counts.Count == 0 ? RedactionCounts.None : new(counts.ToFrozenDictionary(StringComparer.Ordinal));
        }
    }

    /// <summary>Redacts a text without escapes.</summary>
    /// <returns>False when there was nothing to take out; then nothing was written.</returns>
    public bool Redact(ReadOnlySpan<byte> text, TextKind kind, IBufferWriter<byte> output, MaskEncoding encoding = MaskEncoding.None)
    {
        Find(text, kind);
        if (_matches.Count == 0)
            return false;
        var copied = 0;
        foreach (var match in _matches.All)
        {
            _masks.Write(match.Rule, text[copied..match.Start], text[match.Start..match.End], output, encoding);
            _counts[match.Rule]++;
            copied = match.End;
        }
        output.Write(text[copied..]);
        return true;
    }

    /// <summary>Redacts a text with escapes: rules see it without them, and what stays is written as it stood.</summary>
    /// <returns>False when there was nothing to take out; then nothing was written.</returns>
    public bool Redact(ReadOnlySpan<byte> text, TextKind kind, Escapes.Decoder decoder, IBufferWriter<byte> output, MaskEncoding encoding)
    {
        using var view = new DecodedView(text, decoder);
        if (!view.IsDifferent)
            return Redact(text, kind, output, encoding);
        Find(view.Text, kind);
        if (_matches.Count == 0)
            return false;
        var copied = 0;
        foreach (var match in _matches.All)
        {
            _masks.Write(match.Rule, text[copied..view.Place(match.Start)], view.Text[match.Start..match.End], output, encoding);
            _counts[match.Rule]++;
            copied = view.Place(match.End);
        }
        output.Write(text[copied..]);
        return true;
    }

    /// <summary>
    /// Which rule covers a value whole because of the key that it stands under; −1 for none. Messages and secrets go by the key wherever they stand; among labels a key that nobody vouched for is covered too.
    /// </summary>
    public int RuleOfKey(ReadOnlySpan<byte> key, bool isLabel)
    {
        if (_exception >= 0 && ExceptionRule.IsMessageKey(key))
            return _exception;
        if (_secret >= 0 && SecretKeys.IsSecret(key, isQuery: false))
            return _secret;
        return isLabel && _label >= 0 && !_rules.Labels.IsAllowed(key) ? _label : -1;
    }

    /// <summary>Covers a value whole.</summary>
    /// <returns>False when it is a mask already; then nothing was written.</returns>
    public bool Cover(ReadOnlySpan<byte> value, int rule, IBufferWriter<byte> output, MaskEncoding encoding = MaskEncoding.None)
    {
        if (value.IsEmpty || _masks.IsMask(value))
            return false;
        _masks.Write(rule, [], value, output, encoding);
        _counts[rule]++;
        return true;
    }

    /// <summary>The places to take out of a text, in order and apart from each other.</summary>
    void Find(ReadOnlySpan<byte> text, TextKind kind)
    {
        _matches.Clear();
        var traits = TextTraitsFinder.Of(text);
        FindPlain(text, kind, traits);
        // What is encoded more often is out of reach, and said to be in the documentation.
        if ((traits & TextTraits.Percent) != 0)
            FindDecoded(text, kind, Escapes.Percent, times: 2);
        if ((traits & TextTraits.Backslash) != 0)
            FindDecoded(text, kind, Escapes.Backslash, times: 1);
        if (_matches.Count == 0)
            return;
        _matches.Settle(_credentials, _email);
        if ((traits & TextTraits.Mark) != 0)
            DropMasks(text);
    }

    void FindPlain(ReadOnlySpan<byte> text, TextKind kind, TextTraits traits)
    {
        foreach (var (rule, all, any, number) in _textRules)
            if ((traits & all) == all && (any == 0 || (traits & any) != 0))
                rule.Find(text, kind, number, _matches);
    }

    void FindDecoded(ReadOnlySpan<byte> text, TextKind kind, Escapes.Decoder decoder, int times)
    {
        using var view = new DecodedView(text, decoder);
        if (!view.IsDifferent)
            return;
        var first = _matches.Count;
        FindPlain(view.Text, kind, TextTraitsFinder.Of(view.Text));
        // The address in an address, as after ?redirect=
        if (times > 1)
            FindDecoded(view.Text, kind, decoder, times - 1);
        _matches.Place(first, view);
    }

    /// <summary>What was taken out before is not taken out again: redacting twice is redacting once.</summary>
    void DropMasks(ReadOnlySpan<byte> text)
    {
        var kept = 0;
        for (var i = 0; i < _matches.Count; i++)
        {
            var match = _matches.All[i];
            if (!_masks.IsInMask(text, match.Start, match.End))
                _matches.Set(kept++, match);
        }
        _matches.Truncate(kept);
    }
}
