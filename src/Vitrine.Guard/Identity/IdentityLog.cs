using Microsoft.Extensions.Logging;

namespace Vitrine.Guard.Identity;

/// <summary>What identity says to the log, beside the audit: never credentials, never keys.</summary>
static partial class IdentityLog
{
    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "The keys of {Key} could not be read again ({Reason}): those of before stay in force for at most {Remaining}.")]
    public static partial void KeyFileBroken(ILogger log, string key, string reason, TimeSpan remaining);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Information, Message = "The keys of {Key} were read again: {Count} in force.")]
    public static partial void KeyFileRead(ILogger log, string key, int count);

    [LoggerMessage(EventId = 5103, Level = LogLevel.Warning, Message = "The keys of the identity provider could not be fetched ({Reason}): those of before, if any, stay in force until they are {MaximumAge} old.")]
    public static partial void FetchFailed(ILogger log, string reason, TimeSpan maximumAge);

    [LoggerMessage(EventId = 5104, Level = LogLevel.Information, Message = "The identity provider has other keys than before: {Count} in force.")]
    public static partial void KeysChanged(ILogger log, int count);

    [LoggerMessage(EventId = 5105, Level = LogLevel.Warning, Message = "A key of the identity provider is not used: {Reason}.")]
    public static partial void KeySkipped(ILogger log, string reason);
}
