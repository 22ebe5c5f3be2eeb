using System.Buffers;
using System.Text;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Keys and tokens that their issuers made recognisable by how they begin.</summary>
sealed class TokenRule : TextRule
{
    /// <summary>How a kind of token looks.</summary>
    /// <param name="prefix">How it begins.</param>
    /// <param name="least">Characters that must follow. Less than the real length, so that one that was cut off is found too.</param>
    sealed class Shape(string prefix, int least)
    {
        public byte[] Prefix { get; } = Encoding.ASCII.GetBytes(prefix);

        public int Least => least;

        /// <summary>What may follow.</summary>
        public SearchValues<byte> Tail { get; init; } = s_tail;

        /// <summary>It stays; what follows it is secret, whatever it looks like.</summary>
        public bool IsMarker { get; init; }
    }

    static readonly SearchValues<byte> s_tail = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."u8);
    static readonly SearchValues<byte> s_capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    static readonly SearchValues<byte> s_url = SearchValues.Create([.. Enumerable.Range(0, 256).Select(c => (byte)c).Where(c => !" \t\r\n\"'<>?#"u8.Contains(c))]);

    // By the character that is looked for first, which stands rarely in names, and the one before it: together they leave one or two shapes, and nearly always none.
    static readonly Shape[]?[] s_withUnderscore = ByCharacterBefore('_',
    [
        new("ghp_", 16), new("gho_", 16), new("ghu_", 16), new("ghs_", 16), new("ghr_", 16), new("github_pat_", 16), // GitHub
        new("sk_live_", 10), new("sk_test_", 10), new("rk_live_", 10), new("rk_test_", 10), new("pk_live_", 10), new("whsec_", 16), // Stripe
        new("npm_", 20), new("hf_", 20), new("dop_v1_", 20), new("doo_v1_", 20), new("shpat_", 16), new("shpss_", 16), new("shpca_", 16), new("glsa_", 20), new("lin_api_", 16), new("dckr_pat_", 16), new("figd_", 20), new("gsk_", 20), new("sbp_", 20), new("rubygems_", 20), new("sntrys_", 16), new("sntryu_", 16),
    ]);

    static readonly Shape[]?[] s_withDash = ByCharacterBefore('-',
    [
        new("xoxb-", 10), new("xoxp-", 10), new("xoxa-", 10), new("xoxe-", 10), new("xoxo-", 10), new("xoxr-", 10), new("xoxs-", 10), new("xoxc-", 10), new("xoxd-", 10), new("xapp-", 10), // Slack
        new("glpat-", 16), new("gldt-", 16), new("glrt-", 16), new("glcbt-", 16), new("GOCSPX-", 16), new("pypi-AgE", 16), new("AGE-SECRET-KEY-1", 16), new("sk-", 20), new("nvapi-", 20), new("xai-", 20), new("tskey-", 16), new("PMAK-", 20), new("pat-na1-", 20), new("pat-eu1-", 20),
    ]);

    static readonly Shape[]?[] s_withDot = ByCharacterBefore('.',
    [
        new("ya29.", 16), new("SG.", 16), new("hvs.", 16), new("hvb.", 16), new("hvr.", 16), new("dp.pt.", 16),
        Webhook("hooks.slack.com/"), Webhook("discord.com/api/webhooks/"), Webhook("discordapp.com/api/webhooks/"), Webhook("webhook.office.com/"), Webhook("outlook.office.com/webhook/"), Webhook("api.telegram.org/bot"),
    ]);

    // AWS: the kind, then sixteen capitals and digits. Google: AIza and 35 more.
    static readonly Shape[]?[] s_withI = ByCharacterBefore('I', [new("AKIA", 12) { Tail = s_capitals }, new("ASIA", 12) { Tail = s_capitals }, new("AIza", 20)]);

    static readonly SearchValues<byte> s_telling = SearchValues.Create("_-.I"u8);

    public override TextTraits NeedsAny => TextTraits.Underscore | TextTraits.Dash | TextTraits.Dot | TextTraits.LetterIOrJ;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOfAny(s_telling) is >= 0 and var n)
        {
            var at = i + n;
            i = at + 1;
            if (at == 0)
                continue;
            var shapes = text[at] switch { (byte)'_' => s_withUnderscore, (byte)'-' => s_withDash, (byte)'.' => s_withDot, _ => s_withI };
            if (shapes[text[at - 1]] is not { } possible)
                continue;
            var (start, end) = Among(possible, text, at);
            if (end <= start)
                continue;
            matches.Add(start, end, number);
            i = end;
        }
    }

    static Shape Webhook(string prefix) => new(prefix, 1) { Tail = s_url, IsMarker = true };

    static Shape[]?[] ByCharacterBefore(char telling, Shape[] shapes)
    {
        var table = new Shape[]?[256];
        foreach (var group in shapes.GroupBy(shape => shape.Prefix[Array.IndexOf(shape.Prefix, (byte)telling) - 1]))
            table[group.Key] = [.. group];
        return table;
    }

    static (int Start, int End) Among(Shape[] shapes, ReadOnlySpan<byte> text, int at)
    {
        foreach (var shape in shapes)
        {
            var start = at - Array.IndexOf(shape.Prefix, text[at]);
            if (start < 0 || !text[start..].StartsWith(shape.Prefix) || !shape.IsMarker && Letters.IsLetterOrDigitAt(text, start - 1))
                continue;
            var tail = start + shape.Prefix.Length;
            var end = text[tail..].IndexOfAnyExcept(shape.Tail) is >= 0 and var n ? tail + n : text.Length;
            if (end - tail >= shape.Least)
                return (shape.IsMarker ? tail : start, end);
        }
        return (0, 0);
    }
}
