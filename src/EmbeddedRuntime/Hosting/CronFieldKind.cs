using System.Globalization;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The range and the names of a field.</summary>
internal sealed record CronFieldKind(string Name, int First, int Last, string[] Names)
{
    public static readonly CronFieldKind Second = new("second", 0, 59, []);
    public static readonly CronFieldKind Minute = new("minute", 0, 59, []);
    public static readonly CronFieldKind Hour = new("hour", 0, 23, []);
    public static readonly CronFieldKind Day = new("day of month", 1, 31, []);
    public static readonly CronFieldKind Month = new("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);
    public static readonly CronFieldKind DayOfWeek = new("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    public int Value(string text)
    {
        var named = Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
            return First + named;

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= First && value <= Last
            ? value
            : throw new FormatException($"'{text}' is no {Name} from {First} to {Last}.");
    }
}
