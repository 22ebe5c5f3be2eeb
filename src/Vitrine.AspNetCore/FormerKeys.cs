using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vitrine.Guard;

namespace Vitrine.AspNetCore;

/// <summary>
/// Keys of the configuration that are not read since the guard is there. Where nothing follows from that, it is said once, with the key of now. Where a key closed something that would be open without it, the settings are refused: the
/// service does not start with them, and at a reload those of before hold.
/// </summary>
sealed partial class FormerKeys(IConfiguration configuration, ILogger<FormerKeys> logger) : IValidateOptions<VitrineOptions>
{
    const string Former = VitrineOptions.Section + ":", Now = GuardOptions.Section + ":";

    readonly HashSet<string> _said = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, VitrineOptions options)
    {
        var limits = options.Guard.Limits;
        var opened = new List<string>();

        // Only opened: without it fewer names are let in.
        if (configuration.GetSection(Former + "AllowedHosts").Exists()) Say("AllowedHosts", "Identity:Local:AllowedHosts");
        Limit("MaximumLooks", "Limits:Looks", limits.Looks, static number => number.ToString(CultureInfo.InvariantCulture), "so many looks may run at once");
        Limit("MaximumSeconds", "Limits:MaximumDuration", limits.MaximumDuration.TotalSeconds, static number => TimeSpan.FromSeconds(number).ToString(null, CultureInfo.InvariantCulture), "looks may take so many seconds");
        foreach (var profile in configuration.GetSection(Former + "Profiles").GetChildren())
        {
            var now = $"Switches:States:{profile.Key}";
            if (options.Guard.Switches.States.ContainsKey(profile.Key) || IsTrue(profile.Value)) Say($"Profiles:{profile.Key}", now);
            else Refuse($"Profiles:{profile.Key}", profile.Value, $"{profile.Key} is switched on", now, "false");
        }
        return opened.Count > 0 && options.Enabled ? ValidateOptionsResult.Fail(opened) : ValidateOptionsResult.Success;

        void Limit(string former, string now, double inForce, Func<double, string> write, string without)
        {
            if (configuration[Former + former] is not { } text) return;
            var isNumber = double.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var wanted);
            if (configuration[Now + now] is not null || (isNumber && wanted >= inForce)) Say(former, now);
            else Refuse(former, text, $"{without}: {inForce.ToString(CultureInfo.InvariantCulture)}", now, isNumber && wanted > 0 ? write(wanted) : "what it was meant to be");
        }

        void Refuse(string former, string? value, string without, string now, string instead)
        {
            // Switched off as a whole, nothing is open.
            if (!options.Enabled) Say(former, now);
            opened.Add($"{Former}{former} is {value}, and is not read any more; without it {without}. Write {Now}{now} = {instead} in its place.");
        }
    }

    static bool IsTrue(string? value) => bool.TryParse(value, out var isOn) && isOn;

    void Say(string former, string now)
    {
        lock (_said)
        {
            if (!_said.Add(former)) return;
        }
        LogFormer(logger, Former + former, Now + now);
    }

    [LoggerMessage(21, LogLevel.Warning, "{Former} is in the configuration, and is not read any more: its place is {Now} now. Take it away.")]
    static partial void LogFormer(ILogger logger, string former, string now);
}
