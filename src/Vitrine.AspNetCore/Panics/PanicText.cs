using System.Globalization;
using System.Text;
using Vitrine.DotNet.Writing;

namespace Vitrine.AspNetCore.Panics;

/// <summary>A record as text: the head, the exception with its causes, the runtime's figures, the threads.</summary>
static class PanicText
{
    // Causes of causes that are written: a chain can be endless only by mistake.
    const int MaximumDepth = 16;

    public static string Of(PanicEvent panic, bool includeMessages, string threads)
    {
        var text = new StringBuilder();
        text.Append("panic: ").Append(panic.Cause).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"at: {panic.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}\n");
        text.Append("trace: ").Append(Or(panic.TraceId)).Append('\n');
        text.Append("operation: ").Append(Or(panic.OperationId)).Append('\n');
        text.Append("request: ").Append(panic.Request).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"same cause, only counted since the last record: {panic.Suppressed}\n");
        text.Append("\n== exception\n");
        Append(text, panic.Exception, includeMessages, depth: 0);
        text.Append("\n== runtime\n");
        using (var figures = new StringWriter(text))
            RuntimeWriter.Write(panic.Runtime, RuntimeFormat.Text, figures);
        text.Append("\n== threads\n").Append(threads);
        return text.ToString();
    }

    static void Append(StringBuilder text, Exception exception, bool includeMessages, int depth)
    {
        text.Append(exception.GetType().FullName);
        if (includeMessages) text.Append(": ").Append(exception.Message);
        text.Append('\n').Append(exception.StackTrace ?? "   (never thrown)").Append('\n');
        if (depth == MaximumDepth) return;
        IReadOnlyList<Exception> inner = exception is AggregateException several ? several.InnerExceptions : exception.InnerException is { } one ? [one] : [];
        foreach (var cause in inner.Take(MaximumDepth))
        {
            text.Append(" ---> ");
            Append(text, cause, includeMessages, depth + 1);
        }
    }

    static string Or(string id) => id.Length > 0 ? id : "unknown (the request had none)";
}
