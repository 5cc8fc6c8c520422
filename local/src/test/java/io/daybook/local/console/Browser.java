package io.daybook.local.console;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The system's Chromium, without a window. What is asked of it waits until the page is as far. */
final class Browser implements AutoCloseable {
    private static final Optional<Path> CHROMIUM =
            found("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final Optional<Path> DRIVER = found("chromedriver");
    private static final Pattern REQUESTED =
            Pattern.compile("\"method\":\"Network\\.requestWillBeSent\".*?\"url\":\"(https?:[^\"]+)\"");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Whether there is one, or must be. */
    static boolean isWanted() {
        return "required".equals(System.getenv("DAYBOOK_BROWSER")) || (CHROMIUM.isPresent() && DRIVER.isPresent());
    }

    static Browser start() {
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        var options = new ChromeOptions();
        options.setBinary(CHROMIUM.orElseThrow(() -> new IllegalStateException("There is no Chromium"))
                .toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900");
        options.setCapability("goog:loggingPrefs", logs);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.orElseThrow(() -> new IllegalStateException("There is no chromedriver"))
                        .toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    private static Optional<Path> found(String... names) {
        var folders = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator);
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(folders).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Opens it as if for the first time. */
    void openAnew(URI url) {
        driver.get(url.resolve("/console/mark.svg").toString());
        run("sessionStorage.clear(); localStorage.clear()");
        driver.get(url.toString());
    }

    /** Goes on to another view of the page that is open. */
    void go(String hash) {
        run("location.hash = arguments[0]", hash);
    }

    void click(String css) {
        patiently(() -> one(css).click());
    }

    /** Clicks the button or the link that says so. */
    void press(String words) {
        var path = By.xpath("//*[self::button or self::a][normalize-space() = '%s']".formatted(words));
        patiently(() -> driver.findElement(path).click());
    }

    void type(String css, CharSequence... keys) {
        patiently(() -> one(css).clear());
        one(css).sendKeys(keys);
    }

    void choose(String css, String value) {
        patiently(() -> one(css + " option[value='" + value + "']").click());
    }

    /** Types where the focus is. */
    void keys(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    void escape() {
        keys(Keys.ESCAPE);
    }

    /** Waits until the text is somewhere in what can be seen. */
    void sees(String text) {
        sees("body", text);
    }

    void sees(String css, String text) {
        await("\"%s\" in %s".formatted(text, css))
                .ignoreExceptions()
                .until(() -> elements(css).stream().map(Browser::visible).anyMatch(seen -> seen.contains(text)));
    }

    /** Waits until nothing of the kind says so any more. */
    void seesNo(String css, String text) {
        await("no \"%s\" in %s".formatted(text, css))
                .ignoreExceptions()
                .until(() -> elements(css).stream().map(Browser::visible).noneMatch(seen -> seen.contains(text)));
    }

    int count(String css) {
        return elements(css).size();
    }

    String focused() {
        return visible(driver.switchTo().activeElement());
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    void width(int pixels) {
        var metrics = Map.<String, Object>of("width", pixels, "height", 740, "deviceScaleFactor", 1, "mobile", true);
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride", metrics);
    }

    void widthAsItWas() {
        driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }

    void prefers(String scheme) {
        var feature = Map.of("name", "prefers-color-scheme", "value", scheme);
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
    }

    void network(boolean there) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", !there, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** What it has complained about since the last time, but not that a request was refused or went nowhere. */
    List<String> complaints() {
        var complaints = new ArrayList<String>();
        driver.manage().logs().get(LogType.BROWSER).forEach(entry -> {
            if (!entry.getMessage().contains("Failed to load resource")) {
                complaints.add(entry.toString());
            }
        });
        return complaints;
    }

    /** Whom it has asked for something since the last time. */
    Set<String> asked() {
        return driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                .flatMap(entry -> REQUESTED.matcher(entry.getMessage()).results())
                .map(request -> URI.create(request.group(1)).getAuthority())
                .collect(Collectors.toSet());
    }

    private WebElement one(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    private List<WebElement> elements(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    private static String visible(WebElement element) {
        return element.getText().replace('\u00a0', ' ');
    }

    private static void patiently(Runnable action) {
        await().ignoreExceptions().until(() -> {
            action.run();
            return true;
        });
    }

    @Override
    public void close() {
        driver.quit();
    }
}
