namespace Vitrine.AspNetCore.Panics;

/// <summary>What tells one fault from another: the type of the exception, and the innermost frame of its stack.</summary>
/// <param name="Type">Full name of the exception's type.</param>
/// <param name="Frame">The frame as the runtime prints it, without "at"; empty when the exception was never thrown.</param>
readonly record struct PanicCause(string Type, string Frame)
{
    public static PanicCause Of(Exception exception)
    {
        // An exception that only carries another one says nothing of its own.
        while (exception is AggregateException { InnerExceptions.Count: 1 } or System.Reflection.TargetInvocationException { InnerException: not null })
            exception = exception.InnerException!;
        var stack = (exception.StackTrace ?? "").AsSpan().TrimStart();
        var end = stack.IndexOfAny('\r', '\n');
        if (end >= 0) stack = stack[..end];
        const string At = "at ";
        if (stack.StartsWith(At)) stack = stack[At.Length..];
        return new(exception.GetType().FullName ?? exception.GetType().Name, stack.Trim().ToString());
    }

    public override string ToString() => Frame.Length > 0 ? $"{Type} at {Frame}" : Type;
}
