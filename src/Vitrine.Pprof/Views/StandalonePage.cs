using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// An HTML page that needs nothing else: script, style and data are inside, and its content security policy lets it load nothing and run nothing but its own script (by hash).
/// </summary>
/// <param name="Template">The page, with the places <c>{{policy}}</c>, <c>{{title}}</c>, <c>{{style}}</c>, <c>{{script}}</c> and <c>{{data}}</c>.</param>
/// <param name="Script">Its script.</param>
/// <param name="Style">Its style sheet.</param>
public sealed record StandalonePage(string Template, string Script, string Style)
{
    /// <summary>Writes the page. Does not dispose the stream.</summary>
    /// <param name="destination">Where to, as UTF-8.</param>
    /// <param name="title">Its title; it may hold anything.</param>
    /// <param name="data">Written as it is: the caller makes sure that it cannot end the element it stands in.</param>
    public void Write(Stream destination, string title, string data)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var writer = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true);

        // One pass over the template: what is filled in is never looked at for further places to fill.
        var rest = Template.AsSpan();
        while (rest.IndexOf("{{") is >= 0 and var open)
        {
            var close = open + rest[open..].IndexOf("}}");
            writer.Write(rest[..open]);
            writer.Write(rest[(open + 2)..close] switch
            {
                "policy" => $"default-src 'none'; script-src '{Hash(Script)}'; style-src '{Hash(Style)}'; base-uri 'none'; form-action 'none'",
                "title" => WebUtility.HtmlEncode(title),
                "style" => Style,
                "script" => Script,
                "data" => data,
                var unknown => throw new InvalidOperationException($"The template of the page has an unknown place {{{{{unknown}}}}}."),
            });
            rest = rest[(close + 2)..];
        }
        writer.Write(rest);
    }

    static string Hash(string inline) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)));
}
