using System.Globalization;
using System.Net;
using System.Text;
using Vitrine.Guard;
using Vitrine.Guard.Policy;
using Vitrine.Guard.Switches;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>The page at <c>/debug/pprof/</c>: a list of what there is, in the shape of Go's (name and count link to the text form, descriptions below).</summary>
static class IndexPage
{
    /// <summary>What the caller may look at. Why something cannot be looked at goes through <paramref name="said"/>.</summary>
    public static List<IndexEntry> Entries(IShownService service, PermissionSet permissions, Func<string, LookSubject> subjectOf, SwitchBoard switches, Func<string, string> said)
    {
        List<IndexEntry> entries =
        [
            new(PageName.CommandLine, "The command line of this process, its arguments separated by NUL bytes"),
            new(PageName.Symbol, "Maps program counters to function names; profiles from here carry their names already"),
        ];
        ITarget? target = null;
        var problem = "";
        try
        {
            target = service.Open();
        }
        catch (InstrumentUnavailableException e)
        {
            problem = said(e.Message);
        }
        foreach (var instrument in service.Instruments)
            entries.Add(new(instrument.Name == "cpu" ? "profile" : instrument.Name, !switches.IsOn(instrument.Name) ? $"{instrument.Description} – switched off" : target is null ? $"{instrument.Description} – not here: {problem}" : Describe(instrument, target, said), service.CountOf(instrument)));
        (target as IDisposable)?.Dispose();
        entries.RemoveAll(one => !permissions.Allows(subjectOf(one.Name == "profile" ? "cpu" : one.Name).Permission, service.Name));
        return entries;
    }

    /// <summary>The page of those.</summary>
    public static string Of(List<IndexEntry> entries)
    {
        var page = new StringBuilder("""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>/debug/pprof/</title>
            <style>body{font-family:sans-serif;margin:2em;max-width:70em}td{padding:.1em 1em .1em 0;vertical-align:top}td:first-child{text-align:right}</style>
            </head>
            <body>
            <h1>/debug/pprof/</h1>
            <p>Set debug=1 as a query parameter to export in legacy text format.</p>
            <table>
            <thead><tr><td>Count</td><td>Profile</td><td></td></tr></thead>

            """);
        foreach (var entry in entries.OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            var count = entry.Count is { } known ? known.ToString(CultureInfo.InvariantCulture) : "";
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{count}</td><td><a href=\"{Uri.EscapeDataString(entry.Name)}?debug=1\">{WebUtility.HtmlEncode(entry.Name)}</a></td><td>{WebUtility.HtmlEncode(entry.Description)}</td></tr>\n");
        }
        page.Append("</table>\n");
        if (entries.Exists(static one => one.Name == "goroutine")) page.Append("<p><a href=\"goroutine?debug=2\">full goroutine stack dump</a></p>\n");
        return page.Append("</body>\n</html>\n").ToString();
    }

    static string Describe(IInstrument instrument, ITarget target, Func<string, string> said) => instrument.AvailableFor(target) switch
    {
        { CanLook: false, Reason: var reason } => $"{instrument.Description} – not here: {said(reason)}",
        { CanLook: null, Reason: var reason } => $"{instrument.Description} ({said(reason)})",
        _ => instrument.Description,
    };
}
