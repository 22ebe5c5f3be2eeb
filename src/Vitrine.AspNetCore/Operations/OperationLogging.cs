using Microsoft.Extensions.Logging;

namespace Vitrine.AspNetCore.Operations;

/// <summary>Operations as log scopes, for work that no request began.</summary>
public static class OperationLogging
{
    /// <summary>As <see cref="LogicalOperation.Begin"/>, and a log scope with it: every line that is logged inside, also in tasks started there, has the operation.</summary>
    /// <param name="logger">Any logger: scopes are shared by all of a program's.</param>
    /// <param name="name">What the operation is; for people.</param>
    public static OperationScope BeginOperation(this ILogger logger, string name)
    {
        ArgumentNullException.ThrowIfNull(logger);
        var outer = LogicalOperation.Current;
        LogicalOperation.Begin(name);
        return new(outer, logger.BeginScope(LogicalOperation.Current!));
    }
}
