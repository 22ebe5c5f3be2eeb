using System.Text.RegularExpressions;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>What a debugger's command line says about listening. Only options that are known, and addresses that are addresses: the rest of the command line is nobody's business.</summary>
/// <param name="Address">Where it is told to listen, such as <c>:2345</c>; null when it chooses itself.</param>
/// <param name="Options">The options that say so.</param>
sealed partial record DebugServerOptions(string? Address, IReadOnlyList<string> Options)
{
    /// <summary>Arguments that are looked at.</summary>
    const int MostArguments = 200;

    /// <summary>What the arguments of the debugger <paramref name="name"/> say; null when it does not serve.</summary>
    public static DebugServerOptions? Of(string name, IReadOnlyList<string> arguments)
    {
        var given = arguments.Skip(1).Take(MostArguments).TakeWhile(static one => one != "--").ToList();
        return name switch
        {
            "dlv" or "dlv-dap" => Delve(given),
            "gdbserver" or "debugserver" => new(given.FirstOrDefault(static one => !one.StartsWith('-') && IsAddress(one)), [.. given.Where(static one => one is "--multi" or "--attach" or "--once")]),
            "lldb-server" => new(After(given, "--listen") ?? given.FirstOrDefault(IsAddress), [.. given.Where(static one => one is "platform" or "gdbserver" or "--server")]),
            "netcoredbg" => given.FirstOrDefault(static one => one == "--server" || one.StartsWith("--server=", StringComparison.Ordinal)) is { } server
                ? new(":" + (server.Contains('=', StringComparison.Ordinal) && Digits().IsMatch(server[(server.IndexOf('=', StringComparison.Ordinal) + 1)..]) ? server[(server.IndexOf('=', StringComparison.Ordinal) + 1)..] : "4711"), ["--server"]) : null,
            "rr" => given.FirstOrDefault() is "replay" && After(given, "-s") is { } port && Digits().IsMatch(port) ? new(":" + port, ["replay", "-s"]) : null,
            _ => null,
        };
    }

    static DebugServerOptions? Delve(List<string> given)
    {
        var options = new List<string>();
        foreach (var one in given)
            if (one is "--headless" or "--headless=true" or "--accept-multiclient" or "--accept-multiclient=true" or "--only-same-user=false" or "dap" or "--continue")
                options.Add(one);
        var address = After(given, "--listen") ?? After(given, "-l");
        return address is not null || options.Any(static one => one is "dap" || one.StartsWith("--headless", StringComparison.Ordinal)) ? new(address, options) : null;
    }

    // --listen=ADDRESS, --listen ADDRESS, -l ADDRESS, -l=ADDRESS.
    static string? After(List<string> given, string option)
    {
        for (var i = 0; i < given.Count; i++)
        {
            var value = given[i] == option && i + 1 < given.Count ? given[i + 1] : given[i].StartsWith(option + "=", StringComparison.Ordinal) ? given[i][(option.Length + 1)..] : null;
            if (value is not null)
                return IsAddress(value) || Digits().IsMatch(value) ? value : "an address that is not shown";
        }
        return null;
    }

    static bool IsAddress(string text) => AddressForm().IsMatch(text);

    [GeneratedRegex(@"^(([A-Za-z0-9.-]{0,64}|\*|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}|unix:[A-Za-z0-9/._-]{1,100})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AddressForm();

    [GeneratedRegex("^[0-9]{1,5}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
